import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { SystemRandom } from '../../platform/random.ts'
import { CATALOGUE_KEY_FILE, catalogueKey } from './catalogue-key.ts'

const random = new SystemRandom()

function stateFolder(t: TestContext): { folder: string; file: string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'shoal-key-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return { folder, file: path.join(folder, CATALOGUE_KEY_FILE) }
}

test('the key is made once, for the account alone, and stays the same', async (t) => {
  const { folder, file } = stateFolder(t)
  const keys = await Promise.all(Array.from({ length: 5 }, () => catalogueKey(folder, random)))
  for (const key of keys) assert.deepEqual(key, keys[0])
  assert.equal(keys[0]?.length, 32)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(folder), [CATALOGUE_KEY_FILE])
  assert.deepEqual(await catalogueKey(folder, random), keys[0])
})

test('one that is damaged or of a newer Shoal is an error, and stays as it is', async (t) => {
  const { folder, file } = stateFolder(t)
  await catalogueKey(folder, random)
  const whole = readFileSync(file)
  for (const bytes of [Buffer.alloc(0), whole.subarray(0, whole.length - 1), Buffer.from('{}')]) {
    writeFileSync(file, bytes)
    await assert.rejects(catalogueKey(folder, random), { code: 'CATALOGUE_KEY_UNUSABLE' })
    assert.deepEqual(readFileSync(file), bytes)
  }
})
