import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { fingerprint } from './fingerprint.ts'

const root = await mkdtemp(path.join(tmpdir(), 'shoal-fingerprint-'))
after(() => rm(root, { recursive: true }))

/** Files by path below the folder. */
async function tree(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = path.join(root, name)
  for (const [inside, content] of Object.entries(files)) {
    const at = path.join(folder, inside)
    await mkdir(path.dirname(at), { recursive: true })
    await writeFile(at, content)
  }
  return folder
}

test('a file is its SHA-256 (FIPS 180-2, "abc")', async () => {
  const folder = await tree('vector', { abc: 'abc' })
  assert.equal(
    await fingerprint(path.join(folder, 'abc')),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
})

test('a folder is the contents of all its files, whatever they are called', async () => {
  const files = { a: 'one', 'b/c': 'two', 'b/d/e': '' }
  const same = await fingerprint(await tree('original', files))
  assert.equal(await fingerprint(await tree('renamed', { x: 'two', 'y/z': '', w: 'one' })), same)
  const others = {
    'byte-changed': { ...files, a: 'onf' },
    'file-missing': { a: 'one', 'b/c': 'two' },
    'file-added': { ...files, f: 'one' },
    'file-twice': { a: 'one', 'b/c': 'one', 'b/d/e': '' },
    'bytes-moved': { a: 'onet', 'b/c': 'wo', 'b/d/e': '' },
  }
  for (const [name, other] of Object.entries(others)) {
    assert.notEqual(await fingerprint(await tree(name, other)), same, name)
  }
})

test('links do not count, as they are not shared', async () => {
  const folder = await tree('linked', { a: 'one' })
  const before = await fingerprint(folder)
  await symlink(path.join(folder, 'a'), path.join(folder, 'link'))
  assert.equal(await fingerprint(folder), before)
})
