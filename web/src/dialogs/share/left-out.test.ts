import assert from 'node:assert/strict'
import { test } from 'node:test'
import { treeOf } from '../../files/file-tree.ts'
import { answersFor, pathsLeftOut } from './left-out.ts'

function tree(...paths: readonly string[]) {
  return paths.map((path, index) => ({ index, path: path.split('/'), lengthBytes: 1, kind: '' }))
}

/** Which of them would still be shared: those that are not, or do not lie below, what is left out. */
function kept(paths: readonly string[], unticked: readonly number[]): readonly string[] {
  const files = tree(...paths)
  const chosen = new Set(files.map(({ index }) => index).filter((index) => !unticked.includes(index)))
  const out = pathsLeftOut(treeOf(files), chosen).map((path) => path.join('/'))
  return paths.filter((path) => !out.some((left) => path === left || path.startsWith(`${left}/`)))
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
  assert.deepEqual(pathsLeftOut(treeOf(tree('a/x', 'b/y')), new Set([1])), [['a']])
})

test('only what changed is answered, and what comes back before what goes', () => {
  assert.deepEqual(answersFor([], [['a', 'x']]), [{ path: ['a', 'x'], answer: 'leave-out' }])
  assert.deepEqual(answersFor([['a', 'x'], ['b']], [['a'], ['b']]), [
    { path: ['a', 'x'], answer: null },
    { path: ['a'], answer: 'leave-out' },
  ])
  assert.deepEqual(answersFor([['a']], [['a']]), [])
})
