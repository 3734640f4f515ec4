import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainWebSeed } from '../api/web-seed-sentence.ts'
import type { TransferStatus } from '../daemon/get-source.ts'
import { SETBACK_CODES } from '../engine/webseed/answer.ts'
import { gettingLines, progressObject } from './transfer-view.ts'

type WebSeed = TransferStatus['webSeeds'][number]

function webSeed(name: string, state: WebSeed['state'], reason?: WebSeed['reason']): WebSeed {
  return { name, url: `https://${name}/`, state, reason, downBytesPerSecond: 0.4, downloadedBytes: 7 }
}

function status(sources: number, ...webSeeds: readonly WebSeed[]): TransferStatus {
  return {
    state: 'live',
    problem: undefined,
    name: 'x',
    infohashV1: undefined,
    infohashV2: undefined,
    preparing: 1,
    totalBytes: 100,
    wantedBytes: 100,
    doneBytes: 50,
    complete: false,
    finished: false,
    downBytesPerSecond: 10,
    upBytesPerSecond: 0,
    takenBytes: 0,
    givenBytes: 0,
    wastedBytes: 0,
    checkedBytes: 0,
    takers: 0,
    seedSeenAt: undefined,
    payloadAt: undefined,
    peers: 0,
    sources,
    webSeeds,
    seeds: 0,
    leeches: 0,
    receivers: 0,
    copiesElsewhere: 0,
    bottleneck: { code: 'NONE', evidence: {} },
  }
}

const drawn = (of: TransferStatus): string =>
  gettingLines(of)
    .map((line) =>
      typeof line === 'string'
        ? line
        : line.map((span) => (typeof span === 'string' ? span : span.text)).join(''),
    )
    .join('\n')

test('servers that give are called by their names, beside peers or alone', () => {
  assert.match(drawn(status(1)), /1 source$/)
  assert.match(drawn(status(1, webSeed('a.test', 'fetching'))), /1 source: a\.test$/)
  assert.match(
    drawn(status(2, webSeed('a.test', 'fetching'), webSeed('b.test', 'idle'))),
    /2 sources: a\.test$/,
  )
  assert.match(drawn(status(3, webSeed('a.test', 'fetching'))), /3 sources: peers and a\.test$/)
})

test('servers that give nothing are named with the reason', () => {
  const text = drawn(status(0, webSeed('a.test', 'dropped', 'POISON'), webSeed('b.test', 'waiting', 'TLS')))
  assert.match(text, /a\.test is not asked any more: it gave wrong data\./)
  assert.match(text, /b\.test is asked again later: its certificate is not trusted\./)
})

test('there is a sentence for every reason', () => {
  for (const code of SETBACK_CODES) assert.ok(!explainWebSeed('a.test', code, true).includes(code), code)
})

test('a program reads state and reason of each', () => {
  const { webSeeds } = progressObject(status(0, webSeed('a.test', 'dropped', 'NOT_FOUND'))) as {
    webSeeds: unknown
  }
  assert.deepEqual(webSeeds, [
    { name: 'a.test', state: 'dropped', reason: 'NOT_FOUND', downBytesPerSecond: 0, downloadedBytes: 7 },
  ])
})
