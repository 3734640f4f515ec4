import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '../../base/random.ts'
import { Candidates, isIllSpokenOf, type Word } from './candidates.ts'
import type { Contact } from './contact.ts'
import { compareDistance, idAt, makeNodeId } from './node-id.ts'

const random = new SeededRandom(3)
const TARGET = random.bytes(20)
let made = 0

function near(bits: number): Contact {
  made++
  return { id: idAt(TARGET, bits, random), endpoint: { host: '10.0.0.1', port: made } }
}

const word = (silent = 0, answered = 0): Word => ({ silent, answered })

test('the closest come first; those that do not fit their address stand apart (BEP 42)', () => {
  const candidates = new Candidates(TARGET)
  const host = '8.8.8.8'
  const fitting = [near(3), near(9), near(0), { id: makeNodeId(host, random), endpoint: { host, port: 1 } }]
  const doubtful = [7, 1].map((i) => ({
    id: idAt(TARGET, i, random),
    endpoint: { host: `9.9.${i}.9`, port: 1 },
  }))
  for (const contact of [...fitting, ...doubtful]) candidates.hear(contact, 1, 1, undefined)
  const sorted = (contacts: readonly Contact[]) =>
    [...contacts].sort((a, b) => compareDistance(TARGET, a.id, b.id)).map(({ endpoint }) => endpoint)
  assert.deepEqual(
    candidates.fitting.map(({ endpoint }) => endpoint),
    sorted(fitting),
  )
  assert.deepEqual(
    candidates.doubtful.map(({ endpoint }) => endpoint),
    sorted(doubtful),
  )
})

test('a hundred are remembered, those that are closest, and beside them who is being asked', () => {
  const candidates = new Candidates(TARGET)
  const far = near(0)
  candidates.hear(far, 1, 1, undefined)
  const asked = candidates.find(far.endpoint)
  assert.ok(asked !== undefined)
  asked.step = 'asked'
  for (let i = 0; i < 300; i++) candidates.hear(near(1 + (i % 40)), 1, 1, undefined)
  assert.equal(candidates.fitting.length, 101)
  assert.equal(candidates.fitting.at(-1), asked)
  assert.ok(candidates.fitting.slice(0, 100).every(({ bits }) => bits >= 26))
})

test('each path that is told of a node knows it, and it keeps its first place', () => {
  const candidates = new Candidates(TARGET)
  const contact = near(5)
  candidates.hear(contact, 2, 1, word())
  candidates.hear({ ...contact, id: near(50).id }, 7, 2, word())
  const [known, ...others] = candidates.fitting
  assert.deepEqual([known?.paths, known?.hops, known?.bits, others.length], [3, 2, 5, 0])
})

test('who is silent speaks ill of all who told of it, once each; a word heard later knows what is known', () => {
  const candidates = new Candidates(TARGET)
  const contact = near(5)
  const [first, second] = [word(), word()]
  candidates.hear(contact, 2, 1, first)
  candidates.hear(contact, 2, 1, first)
  const known = candidates.find(contact.endpoint)
  assert.ok(known !== undefined)
  assert.deepEqual(known.words, [first])
  known.step = 'late'
  candidates.hear(contact, 2, 1, second)
  assert.deepEqual(second, { silent: 1, answered: 0 })
})

test('two silent ones are enough, and one that answered outweighs two; one honest teller is enough to be believed', () => {
  const candidates = new Candidates(TARGET)
  const told = (...words: Word[]) => {
    const contact = near(5)
    for (const each of words) candidates.hear(contact, 2, 1, each)
    const known = candidates.find(contact.endpoint)
    assert.ok(known !== undefined)
    return known
  }
  assert.ok(!isIllSpokenOf(told(word(1))))
  assert.ok(isIllSpokenOf(told(word(2))))
  assert.ok(!isIllSpokenOf(told(word(3, 1))))
  assert.ok(isIllSpokenOf(told(word(4, 1))))
  assert.ok(!isIllSpokenOf(told(word(8), word())))
  const own = near(6)
  candidates.hear(own, 1, 1, undefined)
  candidates.hear(own, 2, 1, word(8))
  assert.ok(
    !isIllSpokenOf(candidates.fitting[0] as (typeof candidates.fitting)[number]),
    'known to ourselves',
  )
})
