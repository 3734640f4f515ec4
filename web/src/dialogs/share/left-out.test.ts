import assert from 'node:assert/strict'
import { test } from 'node:test'
import picomatch from 'picomatch'
import { treeOf } from '../../files/file-tree.ts'
import { excludesOf, treeFilesOf } from './left-out.ts'

function survey(...paths: readonly string[]) {
  return treeFilesOf(paths.map((path) => ({ path: path.split('/'), lengthBytes: 1 })))
}

/** Which of them would still be shared. */
function kept(paths: readonly string[], unticked: readonly number[]): readonly string[] {
  const files = survey(...paths)
  const chosen = new Set(files.map(({ index }) => index).filter((index) => !unticked.includes(index)))
  const globs = excludesOf(treeOf(files), chosen)
  if (globs.length === 0) return paths
  const out = picomatch([...globs], { dot: true })
  return paths.filter((path) => !out(path))
}

const PATHS = ['a/x.jpg', 'a/y.jpg', 'b/[1].txt', 'b/deep/*', 'c']

test('what is unticked is left out, and nothing else', () => {
  for (const unticked of [[], [0], [0, 1], [2], [3], [2, 3], [4], [0, 3, 4]]) {
    const expected = PATHS.filter((_, i) => !unticked.includes(i))
    assert.deepEqual(kept(PATHS, unticked), expected, unticked.join())
  }
})

test('below a folder around everything the whole path counts', () => {
  const paths = ['only/in/a', 'only/in/b', 'only/in/more/c']
  assert.deepEqual(kept(paths, [1]), ['only/in/a', 'only/in/more/c'])
  assert.deepEqual(kept(paths, [2]), ['only/in/a', 'only/in/b'])
})

test('a folder that goes whole takes along what was not listed', () => {
  const files = survey('a/x', 'b/y')
  assert.deepEqual(excludesOf(treeOf(files), new Set([1])), ['a/**'])
})
