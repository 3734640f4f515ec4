import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PretendedCircle, PretendedMembership } from '../../../test/doubles/pretended-circle.ts'
import { settled, VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import { CommunityError } from '../../community/community-error.ts'
import { keyText, type PersonId } from '../../community/ids.ts'
import { SystemCrypto } from '../../community/network/system-crypto.ts'
import { KeysWait } from './keys-wait.ts'

function scene() {
  const clock = new VirtualClock()
  const circle = new PretendedCircle(new SystemCrypto(), 1)
  const me = keyText<PersonId>(new Uint8Array(32).fill(1))
  circle.add(me, keyText(new Uint8Array(32).fill(2)))
  const membership = new PretendedMembership(me)
  let turns = 0
  const keys = new KeysWait({
    clock,
    membership,
    turn: (work) => {
      turns++
      return work()
    },
  })
  let coming = true
  const write = keys.patient((text: string) => {
    if (coming) throw new CommunityError('KEYS_COMING')
    return text
  })
  return { clock, circle, membership, write, came: () => (coming = false), turns: () => turns }
}

test('what is written between a removal and its keys is written when they come', async () => {
  const { circle, membership, write, came, turns } = scene()
  const answer = write('hello')
  await settled()
  came()
  membership.learn(circle)
  assert.equal(await answer, 'hello')
  assert.equal(turns(), 1)
})

test('keys that do not come are waited for a while, and then that is said', async () => {
  const { clock, write } = scene()
  const answer = Promise.resolve(write('hello')).then(
    () => 'written',
    (error: unknown) => (error as CommunityError).code,
  )
  await clock.advance(7_999)
  assert.equal(clock.waiting, 1)
  await clock.advance(1)
  assert.equal(await answer, 'KEYS_COMING')
  assert.equal(clock.waiting, 0)
})

test('what needs no waiting is answered at once', () => {
  const { write, came } = scene()
  came()
  assert.equal(write('hello'), 'hello')
})
