import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Infohash } from '../base/ids.ts'
import { SystemDigest } from '../platform/digest.ts'
import { rendezvousKey } from './rendezvous.ts'

const V1 = '631a31dd0a46257d5078c0dee4e66e26f73e42ac' as Infohash
const V2 = 'd8dd32ac93357c368556af3ac1d95c9d76bd0dff6fa9833ecdac3d53134efabb' as Infohash
const digest = new SystemDigest()

test('the key is made of the whole v2 infohash, or of the v1 infohash where there is no v2', () => {
  const ofV1 = '40a96ab2e42f1d7620d581923b9b8b021e18aef1'
  const ofV2 = 'fe9deb2a3ec805a5bdbb9b5e8c4ac32adda9032e'
  assert.equal(rendezvousKey({ infohashV1: V1, infohashV2: undefined }, digest), ofV1)
  assert.equal(rendezvousKey({ infohashV1: undefined, infohashV2: V2 }, digest), ofV2)
  assert.equal(rendezvousKey({ infohashV1: V1, infohashV2: V2 }, digest), ofV2)
})

test('nothing to derive a key from is wrong use', () => {
  assert.throws(() => rendezvousKey({ infohashV1: undefined, infohashV2: undefined }, digest), TypeError)
})
