import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../base/ids.ts'
import { Reachability, WAYS } from '../engine/session/reachability.ts'
import { explainReach } from './reachability-sentence.ts'

const NOW = 3_600_000 as Millis
const LATER = (2 * NOW) as Millis

function judged(listens: boolean, mapped: boolean, came: boolean) {
  const reachability = new Reachability()
  for (let i = 1; i <= 5; i++) {
    const peer = { host: `198.51.${i}.7`, port: 1 }
    reachability.connected(peer, { host: '192.168.1.2', port: 1 }, 'tcp', false, NOW)
  }
  if (came) {
    const stranger = { host: '203.0.113.1', port: 1 }
    reachability.connected(stranger, { host: '192.168.1.2', port: 1 }, 'tcp', true, NOW)
  }
  return reachability.judge({ listens: (way) => listens && way.endsWith('4'), mapped }, LATER)
}

test('yes needs no remedy; no has one for where we stand, once; each way says why', () => {
  const yes = explainReach(judged(true, false, true))
  assert.deepEqual(yes, {
    answer: 'yes',
    sentence: 'Others can reach you',
    ways: [
      'TCP over IPv4: yes, somebody connected to you',
      'UDP over IPv4: no, peers were told where you are, and nobody came',
    ],
    wouldHelp: [],
  })
  assert.match(explainReach(judged(true, false, false)).wouldHelp.join(' | '), /^let your router[^|]*$/)
  assert.match(explainReach(judged(true, true, false)).wouldHelp.join(' | '), /^your router forwards[^|]*$/)
  assert.deepEqual(explainReach(judged(false, false, false)).wouldHelp, ['listen on a port'])
})

test('while nothing can go out, that is said, and until when; nobody is said to be reached', () => {
  for (const [code, sentence] of [
    ['PROXY_DOWN', 'Nothing goes out until the proxy answers'],
    ['INTERFACE_GONE', 'Nothing goes out until the interface is there'],
    ['SOMETHING_NEW', 'Nothing goes out until the way out that you set works'],
  ] as const)
    assert.equal(explainReach(judged(false, false, false), { code }).sentence, sentence)
})

test('every code that the judgement can give has words', () => {
  const fresh = new Reachability()
  const all = [
    judged(true, false, false),
    judged(false, false, false),
    judged(true, true, true),
    fresh.judge({ listens: () => true, mapped: false }, NOW),
  ]
  for (const judgement of all) {
    const report = explainReach(judgement)
    for (const line of [report.sentence, ...report.ways, ...report.wouldHelp])
      assert.doesNotMatch(line, /_|^[a-z]+[46]:/, line)
  }
  assert.equal(
    explainReach(fresh.judge({ listens: () => true, mapped: false }, NOW)).ways.length,
    WAYS.length,
  )
})
