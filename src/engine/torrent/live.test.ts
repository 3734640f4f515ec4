// A torrent whose files are open: what it counts, tells its peers, hides, loses, and whom it unchokes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { link } from '../../../test/doubles/linked-connections.ts'
import { DictatedRemote, idOf, MODERN } from '../../../test/doubles/peer-scene.ts'
import {
  joined,
  live,
  metainfoOf,
  TorrentScene,
  type TorrentSceneOptions,
} from '../../../test/doubles/torrent-scene.ts'
import { VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import { encode as bencode } from '../../base/bencode-encode.ts'
import type { PieceIndex } from '../../base/ids.ts'
import { encodeExtended } from '../../protocol/wire/encode.ts'
import type { Live } from './live.ts'

const BLOCK = 16_384
const BLOCKS = 2
const PIECES = 10
const META = metainfoOf(PIECES, BLOCKS, 'v1')
const ALL = '#'.repeat(PIECES)

function scene(clock: VirtualClock, name: string, options: Partial<TorrentSceneOptions> = {}): TorrentScene {
  return new TorrentScene(clock, name, {
    metainfo: META,
    pieces: '.'.repeat(PIECES),
    blocksPerPiece: BLOCKS,
    ...options,
  })
}

function liveOf(torrent: TorrentScene): Live {
  assert.ok(torrent.live)
  return torrent.live
}

/** A remote under dictation, connected. */
function dictated(torrent: TorrentScene, letter: string): DictatedRemote {
  const ends = [torrent.endpoint, { host: `198.51.100.${letter.charCodeAt(0)}`, port: 6_881 }] as const
  const [near, far] = link(torrent.clock, { ends })
  const remote = new DictatedRemote(far, PIECES)
  const answer = torrent.answer()
  torrent.swarm.adopt(
    {
      connection: near,
      remote: { hash: answer.handshake.hash, peerId: idOf(letter), flags: MODERN },
      answer,
      rest: new Uint8Array(0),
      ended: () => false,
    },
    true,
    'test',
    () => {},
  )
  return remote
}

const haves = (words: readonly string[]) => words.filter((word) => word.startsWith('have '))

// ── what it counts ──

test('wanted and verified bytes follow priorities and pieces', async () => {
  const clock = new VirtualClock(1_000_000)
  const torrent = scene(clock, 'm', { pieces: `###${'.'.repeat(7)}` })
  const state = liveOf(torrent)
  assert.equal(state.wantedBytes, PIECES * BLOCKS * BLOCK)
  assert.equal(state.doneBytes, 3 * BLOCKS * BLOCK)
  assert.deepEqual([state.complete, state.done, state.receiving], [false, false, true])
  state.setPriorities([0])
  assert.deepEqual([state.wantedBytes, state.doneBytes, state.done, state.receiving], [0, 0, true, false])
  state.setPriorities([7])
  assert.equal(state.doneBytes, 3 * BLOCKS * BLOCK)
  const seed = scene(clock, 's', { pieces: ALL })
  await joined(torrent, seed)
  await live([torrent, seed], 3)
  assert.equal(state.doneBytes, state.wantedBytes)
  assert.deepEqual([state.complete, state.done, state.verifying], [true, true, 0])
})

test('what is not wanted is neither asked nor a reason for interest, and is when it becomes wanted', async () => {
  const clock = new VirtualClock(1_000_000)
  const torrent = scene(clock, 'm')
  liveOf(torrent).setPriorities([0])
  const remote = dictated(torrent, 'a')
  remote.say({ type: 'haveAll' }, { type: 'unchoke' })
  await clock.advance(50)
  assert.equal(
    remote.told().some((word) => word === 'interested' || word.startsWith('request')),
    false,
  )
  liveOf(torrent).setPriorities([4])
  for (const peer of torrent.swarm.peers) peer.reviewInterest()
  await clock.advance(50)
  const words = remote.told()
  assert.equal(words.includes('interested'), true)
  assert.equal(words.filter((word) => word.startsWith('request')).length, 16)
})

// ── what it tells ──

test('a piece is announced when storage said it is verified, not before', async () => {
  const clock = new VirtualClock(1_000_000)
  const torrent = scene(clock, 'm')
  const giver = dictated(torrent, 'a')
  const other = dictated(torrent, 'b')
  giver.say({ type: 'haveAll' }, { type: 'unchoke' })
  await clock.advance(50)
  const judge = torrent.store?.onPieceHere ?? (() => {})
  const pending: PieceIndex[] = []
  if (torrent.store) torrent.store.onPieceHere = (piece) => pending.push(piece)
  const [first] = giver.told().filter((word) => word.startsWith('request'))
  const piece = Number(first?.split(' ')[1]?.split(':')[0])
  giver.give(piece, 0)
  giver.give(piece, 1)
  await clock.advance(50)
  assert.deepEqual(pending, [piece])
  assert.equal(liveOf(torrent).verifying, 1)
  assert.deepEqual(haves(other.told()), [])
  judge(piece as PieceIndex)
  await clock.advance(50)
  assert.deepEqual(haves(other.told()), [`have ${piece}`])
  assert.deepEqual(haves(giver.told()), [`have ${piece}`])
})

test('requests of a piece that is lost while they wait are refused at once', async () => {
  const clock = new VirtualClock(1_000_000)
  const torrent = scene(clock, 'm', { pieces: ALL })
  const remote = dictated(torrent, 'a')
  remote.say({ type: 'interested' })
  await clock.advance(50)
  remote.told()
  let release = (): void => {}
  if (torrent.store)
    torrent.store.onRead = () =>
      new Promise((resolve) => {
        release = () => resolve('ok')
      })
  remote.say(
    { type: 'request', piece: 5, begin: 0, lengthBytes: BLOCK },
    { type: 'request', piece: 4, begin: 0, lengthBytes: BLOCK },
  )
  await clock.advance(50)
  liveOf(torrent).lost([4 as PieceIndex])
  await clock.advance(50)
  assert.deepEqual(remote.told(), ['reject 4:0'])
  release()
  await clock.advance(50)
  assert.deepEqual(remote.told(), ['block 5:0'])
})

test('lost pieces are taken back: unannounced where understood, refused where asked, and fetched again', async () => {
  const clock = new VirtualClock(1_000_000)
  const torrent = scene(clock, 'm', { pieces: ALL })
  const remote = dictated(torrent, 'a')
  remote.say(encodeExtended(0, bencode({ m: { lt_donthave: 30 } })), { type: 'interested' })
  await clock.advance(50)
  remote.told()
  torrent.store?.lose(4 as PieceIndex)
  liveOf(torrent).lost([4 as PieceIndex])
  remote.say({ type: 'request', piece: 4, begin: 0, lengthBytes: BLOCK })
  remote.say({ type: 'request', piece: 5, begin: 0, lengthBytes: BLOCK })
  await clock.advance(50)
  assert.deepEqual(remote.told(), ['extended 30', 'reject 4:0', 'block 5:0'])
  assert.equal(liveOf(torrent).doneBytes, 9 * BLOCKS * BLOCK)
  assert.equal(liveOf(torrent).complete, false)
  remote.say({ type: 'have', piece: 4 }, { type: 'unchoke' })
  await clock.advance(50)
  const words = remote.told()
  assert.equal(words.includes('interested'), true)
  assert.deepEqual(
    words.filter((word) => word.startsWith('request')),
    ['request 4:0', 'request 4:1'],
  )
})

// ── trouble ──

test('trouble of the disk cancels what was asked and stops asking, but goes on giving; recovery asks again', async () => {
  const clock = new VirtualClock(1_000_000)
  const torrent = scene(clock, 'm', { pieces: `###${'.'.repeat(7)}` })
  const remote = dictated(torrent, 'a')
  const rest = { type: 'bitfield', bytes: Uint8Array.of(0b0001_1111, 0b1100_0000) } as const
  remote.say(rest, { type: 'unchoke' }, { type: 'interested' })
  await clock.advance(50)
  assert.equal(remote.told().filter((word) => word.startsWith('request')).length, 14)
  liveOf(torrent).trouble({ code: 'NO_SPACE' })
  remote.say({ type: 'request', piece: 0, begin: 0, lengthBytes: BLOCK })
  await live([torrent], 5)
  const words = remote.told()
  assert.equal(words.filter((word) => word.startsWith('cancel')).length, 14)
  assert.equal(
    words.some((word) => word.startsWith('request')),
    false,
  )
  assert.equal(words.includes('block 0:0'), true)
  assert.equal(torrent.store?.reservedBlocks, 0)
  liveOf(torrent).recovered(clock.now())
  await clock.advance(50)
  assert.equal(remote.told().filter((word) => word.startsWith('request')).length, 14)
})

test('when memory was short, asking goes on as soon as there is some', async () => {
  const clock = new VirtualClock(1_000_000)
  const torrent = scene(clock, 'm')
  if (torrent.store) torrent.store.memoryBlocks = 2
  const remote = dictated(torrent, 'a')
  remote.say({ type: 'haveAll' }, { type: 'unchoke' })
  await clock.advance(50)
  assert.equal(remote.told().filter((word) => word.startsWith('request')).length, 2)
  const waited = () => liveOf(torrent).memoryWaitedMs(clock.now())
  assert.ok(waited() >= 50 - 10 && waited() <= 50, `${waited()} ms`)
  if (torrent.store) torrent.store.memoryBlocks = 100
  liveOf(torrent).memoryAvailable(clock.now())
  await clock.advance(50)
  const before = waited()
  await clock.advance(1_000)
  assert.equal(waited(), before, 'it waits no more')
  assert.equal(remote.told().filter((word) => word.startsWith('request')).length, 14)
})

test('blocks that a write lost are asked again', async () => {
  const clock = new VirtualClock(1_000_000)
  const torrent = scene(clock, 'm', { pieces: `${'#'.repeat(9)}.` })
  if (torrent.store) torrent.store.onPieceHere = () => {}
  const remote = dictated(torrent, 'a')
  remote.say({ type: 'haveAll' }, { type: 'unchoke' })
  await clock.advance(50)
  remote.give(9, 0)
  remote.give(9, 1)
  await clock.advance(50)
  remote.told()
  torrent.store?.resetBlocks(9 as PieceIndex, [1])
  liveOf(torrent).blocksLost(9 as PieceIndex, [1])
  await live([torrent], 1)
  assert.deepEqual(
    remote.told().filter((word) => word.startsWith('request')),
    ['request 9:1'],
  )
})

// ── choking ──

test('whoever becomes interested while a slot is free is unchoked at once', async () => {
  const clock = new VirtualClock(1_000_000)
  const torrent = scene(clock, 'm', { pieces: ALL })
  const remote = dictated(torrent, 'a')
  await clock.advance(50)
  assert.equal(remote.told().includes('unchoke'), false)
  remote.say({ type: 'interested' })
  await clock.advance(50)
  assert.deepEqual(remote.told(), ['unchoke'])
})

test('more wishers than slots take turns; nobody who wants is left out for ever', async () => {
  const clock = new VirtualClock(1_000_000)
  const torrent = scene(clock, 'm', { pieces: ALL, upLimit: 20_000 })
  const letters = [...'abcdefghijklmnop']
  const remotes = letters.map((letter) => dictated(torrent, letter))
  for (const remote of remotes) remote.say({ type: 'interested' })
  await clock.advance(50)
  const lucky = remotes.filter((remote) => remote.told().includes('unchoke'))
  assert.equal(lucky.length > 0 && lucky.length < letters.length, true, String(lucky.length))
  const served = new Set(lucky)
  for (let minute = 0; minute < 60 && served.size < remotes.length; minute++) {
    for (const remote of remotes) remote.say({ type: 'keepAlive' })
    await live([torrent], 60)
    for (const remote of remotes) if (remote.told().includes('unchoke')) served.add(remote)
  }
  assert.equal(served.size, remotes.length)
})

test('a leech that is owed blocks and gets none holds no slot for the giver’s sake (anti-snubbing)', async () => {
  const clock = new VirtualClock(1_000_000)
  const torrent = scene(clock, 'm', { pieces: `###${'.'.repeat(7)}` })
  const remote = dictated(torrent, 'a')
  remote.say({ type: 'haveAll' }, { type: 'unchoke' }, { type: 'interested' })
  await clock.advance(50)
  await live([torrent], 25)
  assert.equal(torrent.peer('a')?.snubbed, true, 'and stays so between its timeouts')
  await live([torrent], 5)
  assert.equal(torrent.peer('a')?.snubbed, true)
})

// ── super-seeding (BEP 16) ──

test('a super-seed shows each peer a few pieces, serves only those, and shows more as they spread', async () => {
  const clock = new VirtualClock(1_000_000)
  const torrent = scene(clock, 'm', { pieces: ALL, superSeed: true })
  const [one, two] = [dictated(torrent, 'a'), dictated(torrent, 'b')]
  for (const remote of [one, two]) remote.say({ type: 'haveNone' }, { type: 'interested' })
  await clock.advance(50)
  const shownOne = haves(
    one.heard().map((message) => (message.type === 'have' ? `have ${message.piece}` : '')),
  )
  const shownTwo = haves(
    two.heard().map((message) => (message.type === 'have' ? `have ${message.piece}` : '')),
  )
  assert.equal(shownOne.length >= 1 && shownOne.length < PIECES, true, String(shownOne))
  assert.equal(shownTwo.length >= 1 && shownTwo.length < PIECES, true, String(shownTwo))
  const shown = shownOne.map((word) => Number(word.split(' ')[1]))
  const hidden = Array.from({ length: PIECES }, (_, i) => i).find((piece) => !shown.includes(piece)) ?? 0
  const [first = 0] = shown
  one.say({ type: 'request', piece: first, begin: 0, lengthBytes: BLOCK })
  one.say({ type: 'request', piece: hidden, begin: 0, lengthBytes: BLOCK })
  await clock.advance(50)
  const words = one.told()
  assert.equal(words.includes(`block ${first}:0`), true)
  assert.equal(words.includes(`reject ${hidden}:0`), true)
  one.say({ type: 'have', piece: first })
  await clock.advance(50)
  assert.deepEqual(haves(one.told()), [], 'its own word is not enough')
  two.say({ type: 'have', piece: first })
  await clock.advance(50)
  assert.equal(haves(one.told()).length >= 1, true, 'it was passed on: the next one is shown')
})

test('a peer that stays silent about its pieces is shown some after a moment', async () => {
  const clock = new VirtualClock(1_000_000)
  const torrent = scene(clock, 'm', { pieces: ALL, superSeed: true })
  const remote = dictated(torrent, 'a')
  await clock.advance(500)
  assert.deepEqual(haves(remote.told()), [])
  await live([torrent], 2)
  assert.equal(haves(remote.told()).length > 0, true)
})

test('peers that cannot reach each other are shown more by a super-seed all the same, a minute later', async () => {
  const clock = new VirtualClock(1_000_000)
  const torrent = scene(clock, 'm', { pieces: ALL, superSeed: true })
  const remotes = [dictated(torrent, 'a'), dictated(torrent, 'b')]
  for (const remote of remotes) remote.say({ type: 'haveNone' }, { type: 'interested' })
  await live([torrent], 2)
  for (const remote of remotes) {
    for (const word of haves(remote.told())) remote.say({ type: 'have', piece: Number(word.split(' ')[1]) })
  }
  await live([torrent], 30)
  for (const remote of remotes) assert.deepEqual(haves(remote.told()), [], 'nobody passed anything on')
  await live([torrent], 40)
  for (const remote of remotes) assert.equal(haves(remote.told()).length > 0, true)
})

test('a super-seed gives a little more than one copy to a swarm that passes everything on', async () => {
  const meta = metainfoOf(40, BLOCKS, 'v1')
  const clock = new VirtualClock(1_000_000)
  const make = (name: string, pieces: string, superSeed = false) =>
    new TorrentScene(clock, name, { metainfo: meta, pieces, blocksPerPiece: BLOCKS, superSeed })
  const seed = make('s', '#'.repeat(40), true)
  const leeches = [...'abcd'].map((name) => make(name, '.'.repeat(40)))
  for (const [i, leech] of leeches.entries()) {
    await joined(leech, seed, { delayMs: 20 }, 40_000 + i)
    for (const [k, other] of leeches.slice(0, i).entries())
      await joined(leech, other, { delayMs: 20 }, 41_000 + 10 * i + k)
  }
  await live([seed, ...leeches], 120)
  for (const leech of leeches) {
    assert.equal(leech.drawn, '#'.repeat(40), leech.name)
    assert.deepEqual(leech.closings, [])
  }
  const copies = seed.swarm.givenBytes / meta.geometry.payloadBytes
  assert.equal(copies < 2, true, `${copies} copies for four leeches`)
})
