import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '../../src/base/bytes.ts'
import { SeededRandom } from '../../src/base/random.ts'
import { communityCryptoContract } from '../../test/contracts/community-crypto-contract.ts'
import { QuickCrypto, QuickSealing } from './people-crypto.ts'

communityCryptoContract('the quick one of simulations', () => new QuickCrypto(new SeededRandom(1)))

test('what is sealed to a key opens with it alone, for its purpose alone', () => {
  const sealing = new QuickSealing(new SeededRandom(2))
  const key = new Uint8Array(32).fill(3)
  const sealed = sealing.sealTo(sealing.publicKey(key), utf8('info'), utf8('secret'))
  assert.equal(sealed.length, 32 + 6 + 16)
  assert.deepEqual(sealing.openWith(key, utf8('info'), sealed), utf8('secret'))
  assert.equal(sealing.openWith(key, utf8('other'), sealed), undefined)
  assert.equal(sealing.openWith(new Uint8Array(32), utf8('info'), sealed), undefined)
})
