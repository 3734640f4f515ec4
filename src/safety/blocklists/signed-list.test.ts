import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromUtf8Lenient, toHex, utf8 } from '../../base/bytes.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { SystemSignatures } from '../../platform/signatures.ts'
import { ContentBlocks } from './content-blocks.ts'
import { isSignedList, readSignedList, writeSignedList } from './signed-list.ts'

const signatures = new SystemSignatures()
const SEED = new Uint8Array(32).fill(7)
const CONTENT = `${'ab'.repeat(32)}-1234`
const LIST = {
  name: 'Ana’s list',
  sequence: 12,
  expiresMs: Date.UTC(2030, 0, 1),
  entries: new Map([
    [CONTENT, 'A trojan'],
    [`${'cd'.repeat(32)}-1`, 'A fake'],
  ]),
}
const signed = writeSignedList(LIST, SEED, signatures)

/** Signed as it is. */
function sign(text: string): Uint8Array {
  return utf8(`${text}signature: ${toHex(signatures.sign(utf8(text), SEED))}\n`)
}

test('what was written is read, and says who signed it', () => {
  assert.ok(isSignedList(signed))
  const read = readSignedList(signed, signatures)
  assert.deepEqual(read, { ...LIST, key: toHex(signatures.publicKey(SEED)) })
  const forEver = { ...LIST, expiresMs: null, entries: new Map<string, string>() }
  assert.equal(readSignedList(writeSignedList(forEver, SEED, signatures), signatures).expiresMs, null)
})

test('a single bit changed anywhere, or the end cut off anywhere, and nothing of it is taken', () => {
  const random = new SeededRandom(3)
  for (let round = 0; round < 300; round++) {
    const changed = signed.slice()
    const at = randomInt(random, changed.length)
    changed[at] = (changed[at] as number) ^ (1 << randomInt(random, 8))
    assert.throws(() => readSignedList(changed, signatures), { name: 'BlocklistError' })
  }
  for (let length = 0; length < signed.length; length++)
    assert.throws(() => readSignedList(signed.subarray(0, length), signatures), { name: 'BlocklistError' })
})

test('what is signed and still no list is refused', () => {
  const key = toHex(signatures.publicKey(SEED))
  const head = `shoal-blocklist 1\nname: x\nkey: ${key}\nsequence: 1\n`
  assert.equal(readSignedList(sign(`${head}\n${CONTENT}\tbad\n`), signatures).entries.size, 1)
  for (const text of [
    `${head}${CONTENT}\tbad\n`,
    `${head}\n${CONTENT}\n`,
    `${head}\n${CONTENT}\t\n`,
    `${head}\n${CONTENT}\ta\tb\n`,
    `${head}\n${CONTENT}\t${'x'.repeat(201)}\n`,
    `${head}\n${CONTENT}\tturned \u202e around\n`,
    `${head}\n${'AB'.repeat(32)}-1234\tbad\n`,
    `${head}\n${'ab'.repeat(32)}-0\tbad\n`,
    `${head}\n${'ab'.repeat(32)}\tbad\n`,
    `${head}expires: some day\n\n`,
    head.replace('sequence: 1', 'sequence: -1'),
    head.replace('name: x', 'name: '),
    head.replace(key, 'x'),
    head.replace('blocklist 1', 'blocklist 2'),
  ])
    assert.throws(() => readSignedList(sign(text), signatures), { name: 'BlocklistError' }, text)
  const other = fromUtf8Lenient(signed).replace(key, toHex(signatures.publicKey(new Uint8Array(32))))
  assert.throws(() => readSignedList(utf8(other), signatures), { code: 'BLOCKLIST_SIGNATURE' })
})

test('a person’s own word is found before a list’s, and a list that is out of date blocks nothing', () => {
  let now = Date.UTC(2029, 0, 1)
  const blocks = new ContentBlocks(() => now)
  blocks.setList('a', readSignedList(signed, signatures))
  assert.deepEqual(blocks.reasonFor(CONTENT), { why: 'A trojan', who: 'Ana’s list' })
  blocks.block({ content: CONTENT, name: 'x', why: 'I do not want it', atMs: now })
  assert.equal(blocks.reasonFor(CONTENT)?.who, 'me')
  blocks.unblock(CONTENT)
  now = Date.UTC(2031, 0, 1)
  assert.equal(blocks.reasonFor(CONTENT), undefined)
  now = Date.UTC(2029, 0, 1)
  blocks.setList('a', undefined)
  assert.equal(blocks.reasonFor(CONTENT), undefined)
})
