import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '../../src/base/random.ts'
import { ContentDisk } from './content-disk.ts'
import { SimDisk } from './disk.ts'

const content = Uint8Array.from({ length: 1000 }, (_, i) => 1 + (i % 251))

function contentDisk(): ContentDisk {
  const disk = new SimDisk({ random: new SeededRandom(1), wallMs: () => 0 })
  return new ContentDisk(disk, (path) => (path.startsWith('/payload') ? content : undefined))
}

test('what was written is read back as content, what was not as zeros', async () => {
  const disk = contentDisk()
  const file = await disk.open('/payload.part', 'create')
  await file.writev([content.subarray(100, 150), content.subarray(150, 300)], 100)
  await file.write(content.subarray(900), 900)
  const all = new Uint8Array(1200)
  assert.equal(await file.read(all, 0), 1000)
  const wanted = new Uint8Array(1200)
  wanted.set(content.subarray(100, 300), 100)
  wanted.set(content.subarray(900), 900)
  assert.deepEqual(all, wanted)
  assert.equal((await disk.stat('/payload.part'))?.lengthBytes, 1000)
  assert.equal(await disk.writtenBytes('/payload.part'), 300)
})

test('bytes that are not the content are refused', async () => {
  const file = await contentDisk().open('/payload', 'new')
  await assert.rejects(file.write(content.subarray(1, 50), 0), /not the content/)
  await assert.rejects(file.write(new Uint8Array(10), 995), /not the content/)
})

test('a payload file keeps its bytes under another name, and loses those that are cut off', async () => {
  const disk = contentDisk()
  await disk.plant('/payload.part')
  await disk.rename('/payload.part', '/elsewhere')
  assert.equal(await disk.writtenBytes('/elsewhere'), 1000)
  const file = await disk.open('/elsewhere', 'write')
  await file.truncate(400)
  assert.equal(await disk.writtenBytes('/elsewhere'), 400)
  assert.equal((await file.stat()).lengthBytes, 400)
})

test('other files are kept as they are', async () => {
  const disk = contentDisk()
  const file = await disk.open('/journal', 'create')
  await file.write(new Uint8Array([9, 8, 7]), 0)
  const back = new Uint8Array(3)
  await file.read(back, 0)
  assert.deepEqual(back, new Uint8Array([9, 8, 7]))
  assert.equal(await disk.writtenBytes('/journal'), 0)
})
