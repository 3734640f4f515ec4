// The info dictionary between peers (BEP 9): asked in pieces, served in bounds, liars known by name.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PretendedPeer } from '../../../test/doubles/pretended-peer.ts'
import { contentOf } from '../../../test/doubles/torrents.ts'
import { encode as bencode } from '../../base/bencode-encode.ts'
import type { Millis } from '../../base/ids.ts'
import { WireError } from '../../protocol/wire/error.ts'
import {
  decodeMetadataMessage,
  encodeMetadataData,
  encodeMetadataReject,
  encodeMetadataRequest,
  METADATA_PIECE_BYTES,
} from '../../protocol/wire/metadata-message.ts'
import type { Peer } from '../peer/peer.ts'
import { METADATA_LIMIT_BYTES, MetadataFetch } from './metadata-fetch.ts'
import { MetadataServe } from './metadata-serve.ts'

const INFO = contentOf(3 * METADATA_PIECE_BYTES + 500, 3)

interface Fetching {
  readonly fetch: MetadataFetch
  readonly whole: Uint8Array[]
  readonly liars: Peer[]
}

/** Takes only INFO for the right dictionary. */
function fetching(): Fetching {
  const whole: Uint8Array[] = []
  const liars: Peer[] = []
  const fetch = new MetadataFetch({
    complete: (infoBytes) => {
      const right = infoBytes.length === INFO.length && infoBytes.every((byte, i) => byte === INFO[i])
      if (right) whole.push(infoBytes)
      return right
    },
    lied: (peer) => {
      liars.push(peer)
      peer.close({ code: 'METADATA_WRONG', blame: 'remote' })
    },
  })
  return { fetch, whole, liars }
}

/** Pieces that were asked of a peer since the last time. */
function askedOf(peer: PretendedPeer): number[] {
  return peer.extended.splice(0).map(({ payload }) => {
    const message = decodeMetadataMessage(payload)
    assert.equal(message?.type, 'request')
    return message.piece
  })
}

function pieceOf(info: Uint8Array, piece: number): Uint8Array {
  const begin = piece * METADATA_PIECE_BYTES
  return encodeMetadataData(piece, info.length, info.subarray(begin, begin + METADATA_PIECE_BYTES))
}

/** Answers everything a peer is asked, from these bytes. */
function answer(made: Fetching, peer: PretendedPeer, info: Uint8Array, now = 0): void {
  for (;;) {
    const pieces = askedOf(peer)
    if (pieces.length === 0) return
    for (const piece of pieces) made.fetch.message(peer.peer, pieceOf(info, piece), now as Millis)
  }
}

const at = (ms: number) => ms as Millis

// ── fetching ──

test('the dictionary is asked in pieces of 16 KiB, a few at a time, and told when whole', () => {
  const info = contentOf(20 * METADATA_PIECE_BYTES + 1)
  const told: number[] = []
  const fetch = new MetadataFetch({ complete: (bytes) => told.push(bytes.length) > 0, lied: () => {} })
  const peer = new PretendedPeer({ metadataBytes: info.length })
  fetch.consider([peer.peer], at(0))
  const first = askedOf(peer)
  assert.deepEqual(first, [0, 1, 2, 3, 4, 5, 6, 7])
  assert.equal(fetch.progress, 0)
  for (const piece of [...first].reverse()) fetch.message(peer.peer, pieceOf(info, piece), at(1))
  assert.deepEqual(askedOf(peer), [8, 9, 10, 11, 12, 13, 14, 15])
  assert.equal(Math.round(fetch.progress * 21), 8)
  for (let piece = 8; piece < 21; piece++) fetch.message(peer.peer, pieceOf(info, piece), at(2))
  assert.deepEqual(told, [info.length])
})

test('a fetch and a serve understand each other, for every odd length', () => {
  for (const length of [1, 100, METADATA_PIECE_BYTES, METADATA_PIECE_BYTES + 1, 3 * METADATA_PIECE_BYTES]) {
    const info = contentOf(length)
    const whole: Uint8Array[] = []
    const fetch = new MetadataFetch({ complete: (bytes) => whole.push(bytes) > 0, lied: () => {} })
    const giver = new PretendedPeer({ key: 1, metadataBytes: length })
    const taker = new PretendedPeer({ key: 2 })
    const serve = new MetadataServe(info)
    fetch.consider([giver.peer], at(0))
    for (const { payload } of giver.extended) serve.message(taker.peer, payload)
    for (const { payload } of taker.extended) fetch.message(giver.peer, payload, at(0))
    assert.deepEqual(whole, [info])
  }
})

test('only peers that offer it in a lawful size are asked, three at the same time', () => {
  const { fetch } = fetching()
  const offers = [undefined, 0, -1, METADATA_LIMIT_BYTES + 1, 2 ** 31]
  const odd = offers.map(
    (metadataBytes, i) =>
      new PretendedPeer({
        key: i + 1,
        extensions: {
          ids: new Map([['ut_metadata', 2]]),
          ...(metadataBytes === undefined ? {} : { metadataBytes }),
        },
      }),
  )
  const mute = new PretendedPeer({ key: 8, extensions: { ids: new Map(), metadataBytes: 100 } })
  const silent = new PretendedPeer({ key: 9 })
  const good = [11, 12, 13, 14].map((key) => new PretendedPeer({ key, metadataBytes: INFO.length }))
  fetch.consider(
    [...odd, mute, silent, ...good].map((one) => one.peer),
    at(0),
  )
  for (const one of [...odd, mute, silent]) assert.deepEqual(one.extended, [], String(one.key))
  assert.deepEqual(
    good.map((one) => one.extended.length > 0),
    [true, true, true, false],
  )
})

test('a liar is known by its whole wrong answer, and the honest ones go on untouched', () => {
  const made = fetching()
  const liar = new PretendedPeer({ key: 1, metadataBytes: INFO.length })
  const honest = new PretendedPeer({ key: 2, metadataBytes: INFO.length })
  made.fetch.consider([liar.peer, honest.peer], at(0))
  const wrong = INFO.map((byte, i) => (i === 20_000 ? byte ^ 1 : byte))
  answer(made, liar, wrong)
  assert.deepEqual(made.liars, [liar.peer])
  assert.deepEqual(made.whole, [])
  answer(made, honest, INFO)
  assert.equal(made.whole.length, 1)
  assert.deepEqual(made.liars, [liar.peer])
})

test('a liar about the size is known when its data names another one', () => {
  const made = fetching()
  const liar = new PretendedPeer({ metadataBytes: INFO.length + 5 })
  made.fetch.consider([liar.peer], at(0))
  made.fetch.message(liar.peer, pieceOf(INFO, 0), at(0))
  assert.deepEqual(made.liars, [liar.peer])
})

test('data that was not asked, or came before, is ignored', () => {
  const made = fetching()
  const peer = new PretendedPeer({ key: 1, metadataBytes: INFO.length })
  const stranger = new PretendedPeer({ key: 2, metadataBytes: INFO.length })
  made.fetch.message(stranger.peer, pieceOf(INFO, 0), at(0))
  made.fetch.consider([peer.peer], at(0))
  askedOf(peer)
  made.fetch.message(peer.peer, pieceOf(INFO, 0), at(0))
  const scribble = INFO.map(() => 0)
  made.fetch.message(peer.peer, pieceOf(scribble, 0), at(0))
  for (const piece of [1, 2, 3]) made.fetch.message(peer.peer, pieceOf(INFO, piece), at(0))
  assert.equal(made.whole.length, 1)
  assert.deepEqual(made.liars, [])
})

test('malformed messages throw with blame on the sender', () => {
  const made = fetching()
  const peer = new PretendedPeer({ metadataBytes: INFO.length })
  made.fetch.consider([peer.peer], at(0))
  const bad = [
    new Uint8Array(0),
    bencode({ piece: 0 }),
    bencode({ msg_type: 1, piece: 0 }),
    bencode({ msg_type: 1, piece: -1, total_size: 5 }),
    bencode({ msg_type: 1, piece: 2 ** 31, total_size: 2 ** 40 }),
    pieceOf(INFO, 0).slice(0, -1),
  ]
  for (const payload of bad) {
    assert.throws(
      () => made.fetch.message(peer.peer, payload, at(0)),
      (error) => error instanceof WireError && error.blame === 'remote',
    )
  }
  made.fetch.message(peer.peer, bencode({ msg_type: 9, piece: 0 }), at(0))
  assert.deepEqual(made.liars, [])
})

test('who refuses or stalls gives way, and is asked again only after half a minute', () => {
  const made = fetching()
  const peers = [1, 2, 3, 4, 5].map((key) => new PretendedPeer({ key, metadataBytes: INFO.length }))
  const all = peers.map((one) => one.peer)
  const [refuser, staller, third, fourth, fifth] = peers as [
    PretendedPeer,
    PretendedPeer,
    PretendedPeer,
    PretendedPeer,
    PretendedPeer,
  ]
  made.fetch.consider(all, at(0))
  made.fetch.message(refuser.peer, encodeMetadataReject(0), at(100))
  made.fetch.consider(all, at(100))
  assert.equal(fourth.extended.length > 0, true)
  for (const piece of askedOf(third).slice(0, 1))
    made.fetch.message(third.peer, pieceOf(INFO, piece), at(9_000))
  made.fetch.tick(at(15_000))
  made.fetch.consider(all, at(15_000))
  assert.equal(fifth.extended.length > 0, true, 'in the place of the one that stalled')
  askedOf(refuser)
  askedOf(staller)
  made.fetch.gone(third.peer)
  made.fetch.gone(fourth.peer)
  made.fetch.gone(fifth.peer)
  made.fetch.consider([refuser.peer, staller.peer], at(30_099))
  assert.deepEqual([refuser.extended, staller.extended], [[], []])
  made.fetch.consider([refuser.peer, staller.peer], at(30_100))
  assert.equal(refuser.extended.length > 0, true)
  assert.deepEqual(staller.extended, [])
})

test('a crowd that promises and never gives does not keep one honest peer waiting for long', () => {
  const made = fetching()
  const crowd = Array.from(
    { length: 30 },
    (_, i) => new PretendedPeer({ key: i + 1, metadataBytes: 8_000_000 }),
  )
  const honest = new PretendedPeer({ key: 99, metadataBytes: INFO.length })
  const all = [...crowd, honest].map((one) => one.peer)
  let second = 0
  for (; second <= 240 && made.whole.length === 0; second++) {
    made.fetch.tick(at(second * 1_000))
    made.fetch.consider(all, at(second * 1_000))
    answer(made, honest, INFO, second * 1_000)
  }
  assert.equal(made.whole.length, 1)
  // Three more are asked every two seconds.
  assert.equal(second <= 25, true, `${second} s`)
})

test('peers that drip give way to somebody who waits', () => {
  const made = fetching()
  const drippers = [1, 2, 3].map((key) => new PretendedPeer({ key, metadataBytes: 8_000_000 }))
  const drip = contentOf(8_000_000)
  const honest = new PretendedPeer({ key: 9, metadataBytes: INFO.length })
  const all = [...drippers, honest].map((one) => one.peer)
  let second = 0
  for (; second <= 3_600 && made.whole.length === 0; second++) {
    made.fetch.tick(at(second * 1_000))
    made.fetch.consider(all, at(second * 1_000))
    if (second % 14 === 13)
      for (const one of drippers)
        for (const piece of askedOf(one).slice(0, 1))
          made.fetch.message(one.peer, pieceOf(drip, piece), at(second * 1_000))
    answer(made, honest, INFO, second * 1_000)
  }
  assert.equal(made.whole.length, 1)
  assert.equal(second <= 5, true, `${second} s`)
})

test('a slow peer with nobody waiting keeps its place as long as something comes', () => {
  const made = fetching()
  const slow = new PretendedPeer({ metadataBytes: INFO.length })
  for (let second = 0; made.whole.length === 0; second++) {
    made.fetch.tick(at(second * 1_000))
    made.fetch.consider([slow.peer], at(second * 1_000))
    if (second % 14 === 13)
      made.fetch.message(slow.peer, pieceOf(INFO, (second - 13) / 14), at(second * 1_000))
    assert.equal(second < 60, true)
  }
  assert.deepEqual(made.liars, [])
})

test('whoever asks us while we have nothing is refused', () => {
  const made = fetching()
  const peer = new PretendedPeer({})
  made.fetch.message(peer.peer, encodeMetadataRequest(2), at(0))
  assert.deepEqual(
    peer.extended.map(({ payload }) => decodeMetadataMessage(payload)),
    [{ type: 'reject', piece: 2 }],
  )
})

// ── serving ──

test('a piece that does not exist is refused', () => {
  const serve = new MetadataServe(INFO)
  const peer = new PretendedPeer()
  serve.message(peer.peer, encodeMetadataRequest(4))
  serve.message(peer.peer, encodeMetadataRequest(511))
  assert.deepEqual(
    peer.extended.map(({ payload }) => decodeMetadataMessage(payload)),
    [
      { type: 'reject', piece: 4 },
      { type: 'reject', piece: 511 },
    ],
  )
})

test('one peer gets three whole copies; what it asks beyond is refused, others are served', () => {
  const serve = new MetadataServe(INFO)
  const greedy = new PretendedPeer({ key: 1 })
  for (let i = 0; i < 20; i++) serve.message(greedy.peer, encodeMetadataRequest(i % 4))
  const types = greedy.extended.map(({ payload }) => decodeMetadataMessage(payload)?.type)
  assert.equal(types.filter((type) => type === 'data').length, 12)
  assert.equal(types.filter((type) => type === 'reject').length, 8)
  const other = new PretendedPeer({ key: 2 })
  serve.message(other.peer, encodeMetadataRequest(3))
  const [message] = other.extended.map(({ payload }) => decodeMetadataMessage(payload))
  assert.deepEqual(message?.type === 'data' && [message.totalBytes, message.bytes.length], [INFO.length, 500])
})

test('other messages than requests are not answered', () => {
  const serve = new MetadataServe(INFO)
  const peer = new PretendedPeer()
  serve.message(peer.peer, encodeMetadataReject(0))
  serve.message(peer.peer, pieceOf(INFO, 0))
  serve.message(peer.peer, bencode({ msg_type: 77 }))
  assert.deepEqual(peer.extended, [])
})
