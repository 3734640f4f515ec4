import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { entryOf } from '../../../test/doubles/catalogues.ts'
import { BrowseTree } from './browse-tree.ts'

function treeOf(...paths: readonly string[]): BrowseTree {
  const tree = new BrowseTree()
  for (const [number, path] of paths.entries()) tree.add(entryAt(path, number))
  return tree
}

function entryAt(path: string, number: number) {
  const folders = path.split('/')
  const name = folders.pop() as string
  return entryOf({ number, name, folders, lengthBytes: 100 })
}

test('folders show all that lies below them, sorted, before the files', () => {
  const tree = treeOf('Music/b.flac', 'Music/Live/c.flac', 'Music/a.flac', 'Books/x.pdf', 'top.txt')
  const top = tree.page([], 0, 50)
  assert.deepEqual(top?.folders, [
    { name: 'Books', files: 1, totalBytes: 100 },
    { name: 'Music', files: 3, totalBytes: 300 },
  ])
  assert.deepEqual(
    top?.files.map(({ name }) => name),
    ['top.txt'],
  )
  const music = tree.page(['Music'], 0, 50)
  assert.deepEqual(
    [music?.folders.map(({ name }) => name), music?.files.map(({ name }) => name), music?.total],
    [['Live'], ['a.flac', 'b.flac'], 3],
  )
  assert.equal(tree.page(['Music', 'None'], 0, 50), undefined)
  assert.equal(tree.page(['__proto__'], 0, 50), undefined)
})

test('pages go through folders and files and miss nothing', () => {
  const tree = treeOf('b/1', 'a/1', 'c/1', 'x', 'z', 'y')
  const seen: string[] = []
  for (let offset = 0; offset < 6; offset += 2) {
    const page = tree.page([], offset, 2)
    seen.push(
      ...(page?.folders ?? []).map(({ name }) => name),
      ...(page?.files ?? []).map(({ name }) => name),
    )
  }
  assert.deepEqual(seen, ['a', 'b', 'c', 'x', 'y', 'z'])
})

test('what is added and removed again leaves nothing behind', () => {
  const path = fc
    .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join('/'))
  fc.assert(
    fc.property(fc.uniqueArray(path), fc.uniqueArray(path), (kept, passing) => {
      const tree = treeOf(...kept)
      const before = JSON.stringify(tree.page([], 0, 200))
      const entries = passing.map((path, i) => entryAt(path, 1_000 + i))
      for (const entry of entries) tree.add(entry)
      for (const entry of entries) tree.add(entry)
      for (const entry of entries) tree.remove(entry)
      for (const entry of entries) tree.remove(entry)
      assert.equal(JSON.stringify(tree.page([], 0, 200)), before)
    }),
    { seed: 41 },
  )
})
