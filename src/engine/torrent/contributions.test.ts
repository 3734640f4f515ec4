import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { type Contribution, ContributionLedger, KEPT, TAKERS_COUNTED } from './contributions.ts'

const here = (who: string, downloadedBytes: number, uploadedBytes = 0): Contribution => ({
  who,
  client: 'now',
  downloadedBytes,
  uploadedBytes,
  connected: true,
})

test('who left is kept with its client, and goes on with its entry when it comes back', () => {
  const ledger = new ContributionLedger()
  ledger.left('a', 'before', 100, 1)
  ledger.left('b', 'other', 50, 0)
  ledger.left('c', 'nothing moved', 0, 0)
  assert.deepEqual(ledger.with([here('b', 70, 2), here('d', 0)]).each, [
    { who: 'b', client: 'now', downloadedBytes: 120, uploadedBytes: 2, connected: true },
    { who: 'a', client: 'before', downloadedBytes: 100, uploadedBytes: 1, connected: false },
  ])
})

test('the largest are kept, and over random histories no byte is lost', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = new SeededRandom(seed)
    const ledger = new ContributionLedger()
    let [down, up] = [0, 0]
    const add = () => {
      const [a, b] = [randomInt(random, 1_000), randomInt(random, 1_000)]
      down += a
      up += b
      return [a, b] as const
    }
    ledger.left('giant', '', 1_000_000, 0)
    down += 1_000_000
    for (let i = 0; i < 300; i++) ledger.left(`p${randomInt(random, 200)}`, '', ...add())
    const present = Array.from({ length: 90 }, (_, i) => here(`q${i}`, ...add()))
    const { each, others } = ledger.with(present)
    assert.equal(each.length, KEPT, `seed ${seed}`)
    assert.equal(each[0]?.who, 'giant')
    const sum = (key: 'downloadedBytes' | 'uploadedBytes') =>
      each.reduce((total, one) => total + one[key], others[key])
    assert.deepEqual([sum('downloadedBytes'), sum('uploadedBytes')], [down, up], `seed ${seed}`)
  }
})

test('different takers are counted once each, up to a bound', () => {
  const ledger = new ContributionLedger()
  for (let i = 0; i < 2 * TAKERS_COUNTED; i++) ledger.takes(`host ${i % 15_000}`)
  assert.equal(ledger.takers, TAKERS_COUNTED)
  const few = new ContributionLedger()
  for (const who of ['a', 'b', 'a']) few.takes(who)
  assert.equal(few.takers, 2)
})
