import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainProblem } from './problem-sentence.ts'
import { TransferState } from './schemas/transfer.ts'
import { explainState, type StateFacts } from './state-sentence.ts'
import { explainSwitchOff } from './switch-off-sentence.ts'

const READER = { nowMs: Date.parse('2026-11-28T20:00:00Z'), timeZone: 'Europe/Berlin' }

const getting: StateFacts = {
  role: 'get',
  state: 'getting',
  problem: null,
  bottleneck: { code: 'NONE', data: {} },
  preparing: 1,
  totalBytes: 4_200_000_000,
  wantedBytes: 4_200_000_000,
  doneBytes: 2_700_000_000,
  downBytesPerSecond: 2_000_000,
  upBytesPerSecond: 0,
  secondsLeft: 720,
  peers: 7,
  sources: 6,
  receivers: 0,
  copiesElsewhere: 3.4,
  trackersFail: false,
  queuePosition: 0,
  stopRule: { ratio: null, seconds: null, copies: null },
  lastSeenAt: '2026-11-27T20:40:00Z',
}
const whole: Partial<StateFacts> = { doneBytes: 4_200_000_000, secondsLeft: null, downBytesPerSecond: 0 }

const said = (facts: Partial<StateFacts>): string => explainState({ ...getting, ...facts }, READER).sentence

test('of what is on a list of what is not wanted nobody is said to have it', () => {
  const nothing = {
    state: 'giving',
    doneBytes: 0,
    wantedBytes: 0,
    copiesElsewhere: 0,
    lastSeenAt: null,
  } as const
  assert.equal(said(nothing), 'Nothing of it is here to give: its files are left out, or kept locked')
  assert.equal(explainSwitchOff({ ...getting, ...nothing }), undefined)
})

const cases: Readonly<Record<TransferState, readonly (readonly [Partial<StateFacts>, string])[]>> = {
  opening: [[{}, 'Opening: Shoal has just started']],
  hashing: [[{ role: 'share', preparing: 0.429 }, 'Reading the files to share them, 42 %']],
  listing: [
    [{ peers: 1 }, 'Asking 1 person for the list of files'],
    [
      { peers: 0, lastSeenAt: null, bottleneck: { code: 'NO_SOURCES', data: { addresses: 0 } } },
      'Waiting: nobody who has it is online; never seen, still looking',
    ],
  ],
  checking: [[{ preparing: 0.999 }, 'Checking what is here, 99 %']],
  getting: [
    [{}, 'Getting from 6 people, 12 min left'],
    [{ sources: 1, secondsLeft: null }, 'Getting from 1 person'],
    [
      { bottleneck: { code: 'SOURCES_CAPPED', data: { sources: 4 } }, secondsLeft: null },
      'Slow: all 4 sources are at their upload limit',
    ],
    [
      { bottleneck: { code: 'OWN_LIMIT', data: { limit: 2_000_000, whose: 'transfer' } } },
      'Slow: it is at your own limit of 2.0 MB/s, 12 min left',
    ],
    [
      { bottleneck: { code: 'SOURCES_CAPPED', data: { sources: 4 } }, secondsLeft: 5 },
      'Getting from 6 people, 5 s left',
    ],
    [
      { problem: { code: 'NO_SPACE', data: { path: '/media', bytesMissing: 1_200_000_000 } } },
      'Paused: disk full, 1.2 GB short on /media',
    ],
  ],
  waiting: [
    [
      { bottleneck: { code: 'NO_SOURCES', data: { addresses: 3 } }, peers: 0, sources: 0 },
      'Waiting: nobody who has it is online; last seen yesterday 21:40, still looking',
    ],
    [
      { bottleneck: { code: 'SEEDS_GONE', data: { sources: 2 } }, peers: 2 },
      'Waiting: nobody who is online has all of it; a whole copy was last seen yesterday 21:40, still looking',
    ],
    [
      { bottleneck: { code: 'PROXY_DOWN', data: { proxy: '10.0.0.1:1080' } }, peers: 0 },
      'Waiting: the proxy at 10.0.0.1:1080 does not answer; nothing goes around it',
    ],
    [
      { bottleneck: { code: 'UNREACHABLE', data: { addresses: 2 } }, peers: 0 },
      'Waiting: nobody outside can connect to you, and none of 2 known addresses answers; they may be waiting for the same',
    ],
  ],
  giving: [
    [{ ...whole, receivers: 2 }, 'Done, giving to 2. 3.4 copies elsewhere: you can switch off'],
    [{ ...whole, copiesElsewhere: 0, lastSeenAt: null }, 'Done. Only you have it: stay on'],
    [{ ...whole, copiesElsewhere: 0 }, 'Done. Nobody else who has it is here now: stay on'],
    [
      { ...whole, role: 'share', receivers: 1, copiesElsewhere: 0.7, upBytesPerSecond: 10_500_000 },
      'Sharing, giving to 1. 0.7 copies elsewhere: stay on, about 2 min',
    ],
    [{ ...whole, role: 'share', copiesElsewhere: 0.999 }, 'Sharing. 0.9 copies elsewhere: stay on'],
    [{ ...whole, copiesElsewhere: 1 }, 'Done. 1 copy elsewhere: you can switch off'],
  ],
  queued: [
    [{ queuePosition: 4 }, 'Waiting for its turn, place 5 in the queue'],
    [{ queuePosition: null }, 'Waiting for its turn'],
  ],
  paused: [
    [{}, 'Paused at 64 %: you stopped it'],
    [whole, 'Paused: you stopped it'],
  ],
  done: [
    [
      { ...whole, stopRule: { ratio: 1, seconds: null, copies: null } },
      'Done. It stopped giving, as 1 × its size was given',
    ],
    [
      { ...whole, stopRule: { ratio: 1, seconds: 604_800, copies: null } },
      'Done. It stopped giving by its rule: until 1 × its size was given, or it was given for 7 d',
    ],
    [
      { ...whole, stopRule: { ratio: 1, seconds: null, copies: 2 } },
      'Done. It stopped giving, as 2 copies are elsewhere',
    ],
  ],
  moving: [[{ preparing: 0.5 }, 'Moving to another folder, 50 %']],
  failed: [
    [
      { problem: { code: 'HYBRID_DISAGREES', data: {} } },
      'Stopped: its two halves (v1 and v2) describe different files',
    ],
    [{}, 'Stopped: Shoal does not know why'],
  ],
}

for (const state of TransferState.options) {
  test(`the state ${state} is a sentence with its cause`, () => {
    for (const [facts, sentence] of cases[state]) assert.equal(said({ state, ...facts }), sentence)
  })
}

test('where something can be done it is said, once and as a sentence', () => {
  for (const state of TransferState.options) {
    for (const [facts] of cases[state]) {
      const { sentence, remedy } = explainState({ ...getting, state, ...facts }, READER)
      assert.doesNotMatch(sentence, /[.:,;] ?$|undefined|NaN|null/)
      if (remedy !== undefined) assert.match(remedy, /^[A-Z].*\.$/)
    }
  }
  const full = explainState({ ...getting, problem: { code: 'NO_SPACE', data: { path: '/media' } } }, READER)
  assert.match(full.remedy ?? '', /Make room/)
})

test('nobody is told to switch off while less than one whole copy is elsewhere', () => {
  for (let hundredths = 0; hundredths < 100; hundredths++) {
    const off = explainSwitchOff({ ...getting, state: 'giving', copiesElsewhere: hundredths / 100 })
    assert.equal(off?.may, false)
    assert.match(off?.sentence ?? '', /stay on/)
  }
  assert.equal(explainSwitchOff({ ...getting, state: 'giving', copiesElsewhere: 1 })?.may, true)
})

test('while it does not give nothing is claimed about copies', () => {
  for (const state of ['paused', 'queued', 'getting', 'done', 'moving'] as const)
    assert.equal(explainSwitchOff({ ...getting, state }), undefined)
})

test('a problem that nobody has worded is said by its own words', () => {
  assert.equal(explainProblem({ code: 'BAD_PIECES', data: {} }).cause, 'it cannot be used (bad pieces)')
})
