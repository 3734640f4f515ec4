import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentsBelow } from './folder-contents.ts'

const folder = (name: string) => ({ name, files: 1, totalBytes: 1 })
const file = (name: string, here = false) => ({ content: `${name}-id`, name, here })

test('everything below a folder is wanted under its place there, page by page, but for what is here', async () => {
  const tree: Record<string, { folders: string[]; files: [string, boolean?][] }> = {
    'Music/Live': { folders: ['One'], files: [['a'], ['b', true], ['c']] },
    'Music/Live/One': { folders: [], files: [['d']] },
  }
  const load = async (path: string, offset: number) => {
    const { folders, files } = tree[path] ?? assert.fail(path)
    const all = [...folders.map((name) => folder(name)), ...files.map(([name, here]) => file(name, here))]
    const page = all.slice(offset, offset + 2)
    return {
      folders: page.filter((one) => 'files' in one),
      files: page.filter((one) => 'content' in one),
      total: all.length,
    }
  }
  assert.deepEqual(await contentsBelow('Music/Live', load), {
    wanted: [
      { content: 'a-id', path: 'Live/a' },
      { content: 'c-id', path: 'Live/c' },
      { content: 'd-id', path: 'Live/One/d' },
    ],
    more: false,
  })
})

test('a tree without an end is got up to a bound, and a page of nothing ends it', async () => {
  const endless = await contentsBelow('x', async () => ({
    folders: [folder('x')],
    files: [file('y')],
    total: 2,
  }))
  assert.equal(endless.more, true)
  assert.ok(endless.wanted.length > 1_000 && endless.wanted.length <= 10_000)
  const empty = await contentsBelow('x', async () => ({ folders: [], files: [], total: 1_000_000 }))
  assert.deepEqual(empty, { wanted: [], more: false })
})
