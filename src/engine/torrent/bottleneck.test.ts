import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BottleneckCode, bottleneck, type TransferFacts } from './bottleneck.ts'
import { boundBy, type SourceFacts } from './source-facts.ts'

const flows: SourceFacts = {
  name: '10.0.0.1:6881',
  bytesPerSecond: 500_000,
  snubbed: false,
  bestBytesPerSecond: 120_000,
  outstanding: 16,
  depth: 16,
  most: 500,
  growing: true,
  roundTripMs: 50,
  leastWaitMs: 60,
  waitMs: 60,
  silentShare: 0,
  meanSilenceMs: 0,
}
const capped: SourceFacts = { ...flows, growing: false, waitMs: 900 }
const silent: SourceFacts = { ...capped, snubbed: true }
/** 16 requests of 16 KiB in 50 ms are 5.2 MB/s. */
const queue: SourceFacts = { ...flows, most: 16, bytesPerSecond: 5_000_000 }
const window: SourceFacts = {
  ...capped,
  roundTripMs: 300,
  leastWaitMs: 310,
  silentShare: 0.8,
  meanSilenceMs: 280,
}
/** A limit that gives something twice a second. */
const shaped: SourceFacts = { ...window, meanSilenceMs: 480 }

const flowing: TransferFacts = {
  state: 'live',
  leftBytes: 1_000_000_000,
  downBytesPerSecond: 1_000_000,
  bestBytesPerSecond: 1_000_000,
  heldBy: undefined,
  diskTrouble: undefined,
  sources: 3,
  interesting: 3,
  asked: [flows, flows, flows],
  missingPieces: 0,
  newsSeconds: undefined,
  goneForSeconds: undefined,
  dialing: 0,
  knownAddresses: 3,
  unanswered: 0,
  untried: 0,
  trackerSeeds: 0,
  reachable: 'unknown',
  memoryWaitShare: 0,
  unwrittenBytes: 300_000,
  unhashedBytes: 300_000,
  diskOverdue: false,
  writing: 1_000_000,
  verifying: 1_000_000,
}

const MANY = 20_000_000
const one = { sources: 1, interesting: 1, asked: [capped] }
const none = { sources: 0, interesting: 0, asked: [] }
const cases: readonly (readonly [string, Partial<TransferFacts>, BottleneckCode])[] = [
  ['a transfer that flows has no bottleneck', {}, 'NONE'],
  ['nothing is slow when all is here', { leftBytes: 0, ...none }, 'NONE'],
  ['what is over in half a minute is not slow', { leftBytes: 29_000_000, asked: [capped] }, 'NONE'],
  ['but what gets nothing never is over', { leftBytes: 10, downBytesPerSecond: 0, asked: [] }, 'CHOKED'],
  ['nobody connected and nobody being dialled is no sources', { ...none }, 'NO_SOURCES'],
  [
    'nobody connected yet but an address is tried for the first time is connecting',
    { ...none, dialing: 2, untried: 1 },
    'CONNECTING',
  ],
  [
    'dialling again where nobody answered is no news',
    { ...none, dialing: 2, unanswered: 2, untried: 0 },
    'NO_SOURCES',
  ],
  [
    'who cannot be reached, and reaches nobody, is told both',
    { ...none, unanswered: 2, reachable: 'no' },
    'UNREACHABLE',
  ],
  ['who knows of nobody is not told about reach', { ...none, reachable: 'no' }, 'NO_SOURCES'],
  ['waiting for metadata says so', { state: 'metadata', leftBytes: undefined }, 'ASKING_FOR_LIST'],
  [
    'the own limit is named when it refuses and the rate is at it',
    { heldBy: { whose: 'transfer', bytesPerSecond: 1_050_000 }, asked: [capped] },
    'OWN_LIMIT',
  ],
  [
    'a limit that refused a burst while sources give less is not what binds',
    { heldBy: { whose: 'transfer', bytesPerSecond: 2_000_000 }, ...one },
    'SOURCES_CAPPED',
  ],
  [
    'of a limit of all this transfer may have a small part',
    { heldBy: { whose: 'all', bytesPerSecond: 9_000_000 } },
    'OWN_LIMIT',
  ],
  ['all sources choking is choked', { asked: [] }, 'CHOKED'],
  [
    'most of the sources choking while the others give all they can is choked',
    { interesting: 9, sources: 9, asked: [capped, capped, capped] },
    'CHOKED',
  ],
  [
    'a few choking beside those that give all they can is not',
    { interesting: 4, sources: 4, asked: [capped, capped, capped] },
    'SOURCES_CAPPED',
  ],
  [
    'sources without anything new, and no news for a minute, means the seeds are gone',
    { interesting: 0, asked: [], newsSeconds: 61 },
    'SEEDS_GONE',
  ],
  [
    'sources that get new pieces themselves are waited for',
    { interesting: 0, asked: [], newsSeconds: 5 },
    'NOTHING_NEW',
  ],
  [
    'sources that give all they can are capped',
    { asked: [capped, capped, capped], downBytesPerSecond: 1_500_000 },
    'SOURCES_CAPPED',
  ],
  [
    'sources that each gave more before, while the sum is the same, share our line',
    { asked: [capped, capped, capped].map((source) => ({ ...source, bestBytesPerSecond: 900_000 })) },
    'OWN_LINE',
  ],
  [
    'sources that gave more before, all together too, have become slower themselves',
    {
      asked: [capped, capped, capped].map((source) => ({ ...source, bestBytesPerSecond: 900_000 })),
      bestBytesPerSecond: 2_700_000,
    },
    'SOURCES_CAPPED',
  ],
  ['one of three that flows means that nothing holds it up', { asked: [capped, capped, flows] }, 'NONE'],
  ['sources that stopped answering are silent', { asked: [silent, silent, silent] }, 'SOURCES_SILENT'],
  ['what binds most of them is named', { asked: [queue, window, window, window] }, 'ROUND_TRIP'],
  ['sources that take few requests at a time', { asked: [queue, queue, queue] }, 'REQUEST_QUEUE'],
  [
    'few sources that give all they can, while as many do not answer',
    { ...one, unanswered: 3 },
    'TOO_FEW_SOURCES',
  ],
  [
    'few sources, while a tracker knows of many more, and there is nobody left to try',
    { ...one, trackerSeeds: 10 },
    'TOO_FEW_SOURCES',
  ],
  [
    'as long as there is somebody left to try it is too early to say',
    { ...one, trackerSeeds: 10, untried: 4 },
    'SOURCES_CAPPED',
  ],
  [
    'many sources are not too few',
    { sources: 8, interesting: 8, asked: Array.from({ length: 8 }, () => capped), unanswered: 20 },
    'SOURCES_CAPPED',
  ],
  [
    'without memory, that what is not written holds, it is the disk',
    { memoryWaitShare: 0.6, unwrittenBytes: MANY },
    'DISK',
  ],
  ['a disk that is ever further behind is named before memory is short', { unwrittenBytes: MANY }, 'DISK'],
  ['a disk that does not confirm', { diskOverdue: true }, 'DISK'],
  ['a quick disk has more under way', { unwrittenBytes: MANY, writing: 400_000_000 }, 'NONE'],
  ['a queue of pieces to verify is hashing', { unhashedBytes: MANY }, 'HASHING'],
  [
    'memory that waits for the network is neither',
    { memoryWaitShare: 0.9, unwrittenBytes: 100_000, ...one },
    'SOURCES_CAPPED',
  ],
  ['trouble of the disk comes before everything else', { diskTrouble: 'NO_SPACE', ...none }, 'DISK_TROUBLE'],
  ['paused is paused', { state: 'paused' }, 'PAUSED'],
  ['checking is checking', { state: 'checking' }, 'CHECKING'],
]

for (const [sentence, facts, code] of cases) {
  test(sentence, () => assert.equal(bottleneck({ ...flowing, ...facts }).code, code))
}

test('a source is bound by what its blocks look like', () => {
  assert.equal(boundBy(flows), undefined)
  assert.equal(boundBy({ ...capped, outstanding: 4 }), undefined, 'there is nothing more to ask of it')
  assert.equal(boundBy(capped), 'capped')
  assert.equal(boundBy(silent), 'silent')
  assert.equal(boundBy(queue), 'queue')
  assert.equal(
    boundBy({ ...queue, bytesPerSecond: 500_000, growing: false }),
    'capped',
    'it is slow by itself',
  )
  assert.equal(boundBy({ ...queue, roundTripMs: 2 }), undefined, 'so near that waiting costs nothing')
  assert.equal(boundBy(window), 'window')
  assert.equal(boundBy(shaped), 'capped', 'silences are longer than the way explains')
  // libtorrent holds back its first words too: what answers late may be near.
  assert.equal(boundBy({ ...window, roundTripMs: 1, meanSilenceMs: 280 }), 'capped', 'it is near')
  assert.equal(boundBy({ ...window, roundTripMs: undefined }), 'capped', 'how far it is nobody knows')
  assert.equal(boundBy({ ...window, bytesPerSecond: 50_000 }), 'capped', 'one block at a time is no burst')
})

test('evidence is figures that can be checked', () => {
  const found = bottleneck({
    ...flowing,
    asked: [capped, { ...capped, name: '10.0.0.2:6881', bytesPerSecond: 900_000 }, capped],
  })
  assert.deepEqual(found.evidence, {
    sources: 3,
    rate: 1_000_000,
    who: '10.0.0.2:6881',
    waitMs: 900,
    delayMs: 50,
    fastest: 900_000,
    slowest: 500_000,
  })
  const far = bottleneck({ ...flowing, ...one, asked: [window] })
  assert.equal(far.evidence.windowBytes, 150_000)
  assert.equal(bottleneck({ ...flowing, ...one, asked: [queue] }).evidence.requests, 16)
})
