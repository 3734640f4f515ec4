import assert from 'node:assert/strict'
import { test } from 'node:test'
import { QuickCrypto } from '../../../lab/sim/people-crypto.ts'
import { Writer } from '../../../test/doubles/circle-writers.ts'
import { everyOperation } from '../../../test/doubles/every-operation.ts'
import { SeededRandom } from '../../base/random.ts'
import { CommunityError, RecordError } from '../community-error.ts'
import { decodeInvite, encodeInvite } from './invite-link.ts'
import { inviteId, proveInvite } from './join-proof.ts'
import { encodeJoinRequest, readJoinRequest } from './join-request.ts'
import { MAX_PARENTS } from './limits.ts'
import { readOperation } from './operation-codec.ts'

const random = new SeededRandom(3)
const crypto = new QuickCrypto(random)

test('operations of every kind are read as they were written', () => {
  const operations = everyOperation(random)
  assert.equal(new Set(operations.map(({ body }) => body.kind)).size, 13)
  for (const operation of operations) assert.deepEqual(readOperation(operation.bytes, crypto), operation)
})

test('cut at any byte, or with one more, an operation is none', () => {
  for (const { bytes } of everyOperation(random)) {
    for (let at = 0; at < bytes.length; at++)
      assert.throws(() => readOperation(bytes.subarray(0, at), crypto), RecordError)
    assert.throws(() => readOperation(Uint8Array.of(...bytes, 0), crypto), RecordError)
  }
})

test('an operation longer than its kind may be, or with too many parents, is none', () => {
  const olga = new Writer('olga', random)
  const first = olga.found()
  assert.throws(
    () =>
      olga.draft({
        kind: 'add',
        role: 'member',
        cards: Array.from({ length: 9 }, () => olga.card),
        backing: undefined,
      }),
    { code: 'RECORD_INVALID' },
  )
  assert.throws(() => readOperation(new Uint8Array(300_000), crypto), { code: 'RECORD_INVALID' })
  for (let at = 0; at < MAX_PARENTS + 4; at++) olga.write(olga.invite(random.bytes(32)), [first])
  assert.ok(olga.draft({ kind: 'leave', pins: [] }).parents.length <= MAX_PARENTS)
})

test('an invite link comes back whole, and in no other form', () => {
  const olga = new Writer('olga', random)
  const circle = olga.found().circle
  const link = {
    circle,
    role: 'keeper',
    expires: 5,
    hints: ['/ip4/1.2.3.4/tcp/5'],
    seed: random.bytes(32),
  } as const
  const payload = encodeInvite(link)
  assert.deepEqual(decodeInvite(payload), link)
  for (let at = 0; at < payload.length; at++)
    assert.throws(() => decodeInvite(payload.subarray(0, at)), CommunityError)
  assert.deepEqual(decodeInvite(encodeInvite({ ...link, hints: ['a'.repeat(200), 'ü', ''] })).hints, [])
})

test('a join request is whole, by its own device and for its own invite, or none', () => {
  const [olga, zoe] = [new Writer('olga', random), new Writer('zoe', random)]
  const circle = olga.found().circle
  const seed = random.bytes(32)
  const backing = proveInvite(
    seed,
    circle,
    zoe.card,
    { admitter: olga.device, nonce: random.bytes(32) },
    crypto,
  )
  const bytes = encodeJoinRequest({ circle, card: zoe.card, backing })
  assert.equal(readJoinRequest(bytes, crypto).who.person, zoe.person)
  for (let at = 0; at < bytes.length; at++) {
    assert.throws(() => readJoinRequest(bytes.subarray(0, at), crypto), RecordError)
    const changed = bytes.slice()
    changed[at] = (changed[at] as number) ^ 1
    assert.throws(() => readJoinRequest(changed, crypto), RecordError)
  }
  for (const change of [
    { invite: inviteId(random.bytes(32), crypto) },
    { admitter: zoe.device },
    { nonce: random.bytes(32) },
  ])
    assert.throws(
      () =>
        readJoinRequest(
          encodeJoinRequest({ circle, card: zoe.card, backing: { ...backing, ...change } }),
          crypto,
        ),
      RecordError,
    )
})
