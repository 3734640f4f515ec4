import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  changed,
  chosenBytes,
  chosenCounts,
  kindSums,
  openedAtFirst,
  type TreeFile,
  type TreeNode,
  tickOf,
  toggled,
  treeOf,
  visibleRows,
} from './file-tree.ts'

const FILES: readonly TreeFile[] = [
  ['holiday/videos/2.mp4', 400, 'video'],
  ['holiday/videos/10.mp4', 300, 'video'],
  ['holiday/photos/a.jpg', 20, 'image'],
  ['holiday/photos/b.jpg', 30, 'image'],
  ['holiday/read me.txt', 1, 'document'],
].map(([path, lengthBytes, kind], index) => ({
  index,
  path: String(path).split('/'),
  lengthBytes: Number(lengthBytes),
  kind: String(kind),
}))

const NODES = treeOf(FILES)
const ALL = new Set(FILES.map(({ index }) => index))

function node(name: string, among: readonly TreeNode[] = NODES): TreeNode {
  const found = among.find((other) => other.name === name)
  assert.ok(found, name)
  return found
}

function tick(name: string, chosen: ReadonlySet<number>): string {
  return tickOf(node(name), chosen, chosenCounts(NODES, chosen))
}

test('the folder around everything is no level; folders come before files, numbers are counted', () => {
  assert.deepEqual(
    NODES.map(({ name, fileCount, totalBytes }) => [name, fileCount, totalBytes]),
    [
      ['photos', 2, 50],
      ['videos', 2, 700],
      ['read me.txt', 1, 1],
    ],
  )
  assert.deepEqual(
    node('videos').children.map(({ name }) => name),
    ['2.mp4', '10.mp4'],
  )
})

test('a folder is chosen wholly, partly or not', () => {
  assert.equal(tick('photos', ALL), 'all')
  const without = changed(ALL, [2], false)
  assert.equal(tick('photos', without), 'some')
  assert.equal(tick('photos', changed(without, [3], false)), 'none')
})

test('a click completes what is partly chosen, and clears what is whole', () => {
  const part = changed(ALL, [2], false)
  const whole = toggled(node('photos'), part)
  assert.deepEqual(whole, ALL)
  assert.deepEqual([...toggled(node('photos'), whole)], [0, 1, 4])
})

test('a choice by kind adds up', () => {
  const sums = kindSums(FILES, new Set([0, 2, 3]))
  assert.deepEqual(
    sums.map(({ kind, totalBytes, tick: of }) => [kind, totalBytes, of]),
    [
      ['video', 700, 'some'],
      ['image', 50, 'all'],
      ['document', 1, 'none'],
    ],
  )
  assert.equal(chosenBytes(FILES, new Set([0, 2, 3])), 450)
})

test('names from elsewhere are names: __proto__ and dots are files like others', () => {
  const files = [
    ['__proto__', 'constructor'],
    ['..', 'x'],
  ].map((path, index) => ({
    index,
    path,
    lengthBytes: 1,
    kind: 'file',
  }))
  const nodes = treeOf(files)
  assert.deepEqual(new Set(nodes.map(({ name }) => name)), new Set(['__proto__', '..']))
  assert.equal(tickOf(node('__proto__', nodes), new Set([0]), chosenCounts(nodes, new Set([0]))), 'all')
})

test('a small tree begins open, a large one closed, and only rows of open folders are seen', () => {
  const open = openedAtFirst(NODES)
  assert.equal(visibleRows(NODES, open).length, 7)
  assert.equal(visibleRows(NODES, new Set()).length, 3)
  const many = Array.from({ length: 1_000 }, (_, index) => ({
    index,
    path: ['x', index % 2 === 0 ? 'even' : 'odd', `${index}`],
    lengthBytes: 1,
    kind: 'file',
  }))
  assert.deepEqual(openedAtFirst(treeOf(many)), new Set())
})

test('a hundred thousand files are counted in one walk', () => {
  const many = Array.from({ length: 100_000 }, (_, index) => ({
    index,
    path: ['x', `${index % 300}`, `${index}`],
    lengthBytes: 1,
    kind: 'file',
  }))
  const nodes = treeOf(many)
  let looks = 0
  class Counting extends Set<number> {
    override has(index: number): boolean {
      looks++
      return super.has(index)
    }
  }
  chosenCounts(nodes, new Counting())
  assert.equal(looks, 100_000)
})
