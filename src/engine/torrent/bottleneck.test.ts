import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BottleneckCode, bottleneck, type TransferFacts } from './bottleneck.ts'

const flowing: TransferFacts = {
  state: 'live',
  wantedLeft: true,
  downBytesPerSecond: 1_000_000,
  downLimit: undefined,
  sources: 3,
  interestedIn: 3,
  unchokedBy: 3,
  pipelineFull: 0,
  snubbed: 0,
  seeds: 1,
  rarestCopies: 1,
  memoryWaits: false,
  diskTrouble: undefined,
  verifyingPieces: 0,
  dialing: 0,
  knownAddresses: 3,
}

const cases: readonly [string, Partial<TransferFacts>, BottleneckCode][] = [
  ['a transfer that flows has no bottleneck', {}, 'NONE'],
  ['nothing is slow when all is here', { wantedLeft: false, sources: 0 }, 'NONE'],
  ['nobody connected and nobody being dialled is no sources', { sources: 0 }, 'NO_SOURCES'],
  ['nobody connected yet but dialling is connecting', { sources: 0, dialing: 2 }, 'CONNECTING'],
  ['waiting for metadata says so', { state: 'metadata' }, 'ASKING_FOR_LIST'],
  ['the own limit is named when the rate is at it', { downLimit: 1_050_000 }, 'OWN_LIMIT'],
  ['all sources choking is choked', { unchokedBy: 0 }, 'CHOKED'],
  [
    'sources without anything new while no copy of some piece is left means the seeds are gone',
    { interestedIn: 0, rarestCopies: 0 },
    'SEEDS_GONE',
  ],
  ['sources that give all they can while we ask for more are capped', { pipelineFull: 3 }, 'SOURCES_CAPPED'],
  ['sources that stopped answering are silent', { snubbed: 3 }, 'SOURCES_SILENT'],
  ['waiting for memory that the disk holds is the disk', { memoryWaits: true }, 'DISK'],
  ['a queue of pieces to verify is hashing', { verifyingPieces: 20 }, 'HASHING'],
  [
    'trouble of the disk comes before everything else',
    { diskTrouble: 'DISK_FULL', sources: 0 },
    'DISK_TROUBLE',
  ],
  ['paused is paused', { state: 'paused' }, 'PAUSED'],
]

for (const [sentence, facts, code] of cases) {
  test(sentence, () => assert.equal(bottleneck({ ...flowing, ...facts }).code, code))
}
