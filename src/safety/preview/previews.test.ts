// Pictures made for the test, whole and broken, and what comes of them.

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { png } from '../../../test/doubles/png.ts'
import { imageSize } from './image-size.ts'
import { MAX_PREVIEW_BYTES, Previews } from './previews.ts'

async function folder(t: TestContext): Promise<string> {
  const at = await mkdtemp(path.join(tmpdir(), 'shoal-preview-'))
  t.after(() => rm(at, { recursive: true, force: true }))
  return at
}

test('a picture becomes a small JPEG in which nothing of the original stands', async (t) => {
  const at = path.join(await folder(t), 'a.png')
  await writeFile(at, png(900, 600))
  const previews = new Previews()
  const made = (await previews.of(at)) ?? assert.fail()
  assert.deepEqual([...made.subarray(0, 2)], [0xff, 0xd8])
  assert.deepEqual(imageSize(made), { width: 480, height: 320 })
  assert.ok(made.length <= MAX_PREVIEW_BYTES)
  assert.equal(Buffer.from(made).includes('Secret'), false)
  assert.equal(await previews.of(at), made, 'it is made once')
})

test('what says it is huge, is broken, or is no picture has none, and nothing breaks by it', async (t) => {
  const at = await folder(t)
  const files = {
    'huge.png': png(60_000, 60_000, 1),
    'cut.png': png(300, 300).subarray(0, 120),
    'no.png': Buffer.from('not a picture at all'),
    'empty.jpg': Buffer.alloc(0),
    'cut.jpg': Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]),
  }
  const previews = new Previews()
  for (const [name, bytes] of Object.entries(files)) {
    await writeFile(path.join(at, name), bytes)
    assert.equal(await previews.of(path.join(at, name)), undefined, name)
  }
  assert.equal(await previews.of(path.join(at, 'absent.png')), undefined)
  assert.equal(await previews.of(at), undefined)
})

test('a decoder that does not come back is ended', async (t) => {
  const at = await folder(t)
  await writeFile(path.join(at, 'a.png'), png(100, 100))
  const program = path.join(at, 'loop.mjs')
  await writeFile(program, 'for (;;) {}')
  const previews = new Previews(300, new URL(`file://${program}`))
  assert.equal(await previews.of(path.join(at, 'a.png')), undefined)
})
