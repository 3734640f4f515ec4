import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { concatBytes, fromHex, toHex, utf8 } from '../../base/bytes.ts'
import { SEALED_EXTRA_BYTES } from '../crypto.ts'
import { HpkeKeys } from './hpke.ts'

const VECTOR = JSON.parse(
  readFileSync(new URL('../../../test/vectors/hpke.json', import.meta.url), 'utf8'),
) as Record<'info' | 'skRm' | 'pkRm' | 'enc' | 'aad' | 'pt' | 'ct', string>

const keys = new HpkeKeys()
const INFO = utf8('for this and nothing else')

test('the vector of RFC 9180 is opened', async () => {
  const sealed = concatBytes([fromHex(VECTOR.enc), fromHex(VECTOR.ct)])
  const [secret, info, aad] = [fromHex(VECTOR.skRm), fromHex(VECTOR.info), fromHex(VECTOR.aad)]
  const plain = await keys.openWith(secret, info, sealed, aad)
  assert.equal(plain && toHex(plain), VECTOR.pt)
})

test('what is sealed to a key is opened with it, and differs each time', async () => {
  const pair = await keys.generate()
  const one = await keys.sealTo(pair.publicKey, INFO, utf8('words'))
  const other = await keys.sealTo(pair.publicKey, INFO, utf8('words'))
  assert.equal(one.length, 5 + SEALED_EXTRA_BYTES)
  assert.notDeepEqual(one, other)
  assert.deepEqual(await keys.openWith(pair.privateKey, INFO, one), utf8('words'))
  assert.deepEqual(await keys.openWith(pair.privateKey, INFO, other), utf8('words'))
})

test('what is sealed may speak of the key that it is sealed with', async () => {
  const pair = await keys.generate()
  const sealed = await keys.sealMade(pair.publicKey, INFO, (encapsulated) => encapsulated)
  assert.deepEqual(await keys.openWith(pair.privateKey, INFO, sealed), sealed.slice(0, 32))
})

test('a changed byte, another info and another key open nothing', async () => {
  const pair = await keys.generate()
  const sealed = await keys.sealTo(pair.publicKey, INFO, utf8('words'))
  for (let at = 0; at < sealed.length; at++) {
    const changed = sealed.slice()
    // The top bit of an X25519 key is not part of it; every other one counts.
    changed[at] = (changed[at] as number) ^ 1
    assert.equal(await keys.openWith(pair.privateKey, INFO, changed), undefined)
  }
  assert.equal(await keys.openWith(pair.privateKey, utf8('other'), sealed), undefined)
  assert.equal(await keys.openWith((await keys.generate()).privateKey, INFO, sealed), undefined)
})

test('what is cut anywhere opens nothing, and a key without a secret is refused', async () => {
  const pair = await keys.generate()
  const sealed = await keys.sealTo(pair.publicKey, INFO, utf8('words'))
  for (let length = 0; length < sealed.length; length++)
    assert.equal(await keys.openWith(pair.privateKey, INFO, sealed.slice(0, length)), undefined)
  const nothing = concatBytes([new Uint8Array(32), sealed.slice(32)])
  assert.equal(await keys.openWith(pair.privateKey, INFO, nothing), undefined)
})

test('nothing is sealed to a key that gives no secret', async () => {
  await assert.rejects(keys.sealTo(new Uint8Array(32), INFO, utf8('words')), { code: 'RECORD_INVALID' })
  await assert.rejects(
    keys.sealMade(new Uint8Array(32), INFO, (key) => key),
    { code: 'RECORD_INVALID' },
  )
})
