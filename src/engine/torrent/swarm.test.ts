// Who is connected for one torrent, over real handshakes between production torrents in memory.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { link } from '../../../test/doubles/linked-connections.ts'
import { DictatedRemote, idOf, MODERN } from '../../../test/doubles/peer-scene.ts'
import {
  dial,
  joined,
  live,
  metainfoOf,
  TorrentScene,
  type TorrentSceneOptions,
} from '../../../test/doubles/torrent-scene.ts'
import { VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import { encode as bencode } from '../../base/bencode-encode.ts'
import { concatBytes } from '../../base/bytes.ts'
import { encodeExtended, encodeHaveAll } from '../../protocol/wire/encode.ts'
import { decodeExtensionHandshake, type ExtensionHandshake } from '../../protocol/wire/extension-handshake.ts'
import { encodePexMessage } from '../../protocol/wire/pex-message.ts'
import type { HandshakeDone } from '../peer/handshaking.ts'

const BLOCKS = 2
const PIECES = 8
const V1 = metainfoOf(PIECES, BLOCKS, 'v1')
const V2 = metainfoOf(PIECES, BLOCKS, 'v2')

function scene(clock: VirtualClock, name: string, options: Partial<TorrentSceneOptions> = {}): TorrentScene {
  return new TorrentScene(clock, name, {
    metainfo: V1,
    pieces: '.'.repeat(PIECES),
    blocksPerPiece: BLOCKS,
    ...options,
  })
}

const SEED = { pieces: '#'.repeat(PIECES) }

/** A remote under dictation that was taken over after its handshake, with `rest` behind it. */
function dictated(
  torrent: TorrentScene,
  letter: string,
  changes: Partial<HandshakeDone> & { readonly incoming?: boolean; readonly rest?: Uint8Array } = {},
) {
  const ends = [torrent.endpoint, { host: `198.51.100.${letter.charCodeAt(0)}`, port: 6_881 }] as const
  const [near, far] = link(torrent.clock, { ends })
  const remote = new DictatedRemote(far, PIECES)
  const answer = torrent.answer()
  let overs = 0
  const refusal = torrent.swarm.adopt(
    {
      connection: near,
      remote: { hash: answer.handshake.hash, peerId: idOf(letter), flags: MODERN },
      answer,
      rest: changes.rest ?? new Uint8Array(0),
      ended: changes.ended ?? (() => false),
    },
    changes.incoming ?? true,
    'test',
    () => {
      overs++
    },
  )
  return { remote, near, refusal, overs: () => overs }
}

function describedTo(remote: DictatedRemote): ExtensionHandshake | undefined {
  const said = remote.heard().filter((message) => message.type === 'extended' && message.id === 0)
  const last = said.at(-1)
  return last?.type === 'extended' ? decodeExtensionHandshake(last.payload) : undefined
}

// ── both sides dial at once ──

test('when both sides dial at once they keep one connection, the same on both sides, in every timing', async () => {
  for (const [first, second] of [
    ['a', 'b'],
    ['b', 'a'],
  ] as const) {
    for (const [delayA, delayB, later] of [
      [5, 5, 0],
      [5, 60, 0],
      [60, 5, 0],
      [20, 20, 15],
      [20, 20, 45],
      [80, 10, 30],
      [10, 80, 70],
    ] as const) {
      const context = `${first} first, delays ${delayA} ${delayB}, ${later} ms later`
      const clock = new VirtualClock(1_000_000)
      const one = scene(clock, first, SEED)
      const two = scene(clock, second)
      const ours = dial(one, two, { delayMs: delayA }, 50_001)
      await clock.advance(later)
      const theirs = dial(two, one, { delayMs: delayB }, 50_002)
      await clock.advance(2_000)
      const meetings = [await ours, await theirs]
      assert.deepEqual([one.connected, two.connected], [second, first], context)
      const open = meetings.filter(({ connections }) => !connections[0].closed && !connections[1].closed)
      assert.equal(open.length, 1, `${context}: one connection is open at both ends`)
      await live([one, two], 5)
      assert.equal(two.drawn, '#'.repeat(PIECES), `${context}: and it works`)
      for (const { overs } of meetings) assert.equal(overs[0]() <= 1 && overs[1]() <= 1, true, context)
      assert.deepEqual([...one.bans, ...two.bans], [], context)
    }
  }
})

test('an old connection is not given up for a newcomer that says it is the same peer', async () => {
  const clock = new VirtualClock(1_000_000)
  for (const incoming of [false, true]) {
    const torrent = scene(clock, 'm')
    // On either side of ours, so that the rule of the lower id alone would let one of them in.
    for (const letter of ['a', 'z']) {
      const honest = dictated(torrent, letter, { incoming })
      assert.equal(honest.refusal, undefined)
      for (let i = 0; i < 4; i++) {
        await clock.advance(10_000)
        honest.remote.say({ type: 'keepAlive' })
      }
      assert.equal(dictated(torrent, letter, { incoming: !incoming }).refusal, 'DUPLICATE')
      assert.equal(dictated(torrent, letter, { incoming }).refusal, 'DUPLICATE')
      assert.equal(honest.overs(), 0)
    }
  }
})

test('a second peer from the same public address is refused', () => {
  const torrent = scene(new VirtualClock(), 'm')
  assert.equal(dictated(torrent, 'a').refusal, undefined)
  const [near] = link(torrent.clock, { ends: [torrent.endpoint, { host: '198.51.100.97', port: 999 }] })
  const answer = torrent.answer()
  const refusal = torrent.swarm.adopt(
    {
      connection: near,
      remote: { hash: answer.handshake.hash, peerId: idOf('x'), flags: MODERN },
      answer,
      rest: new Uint8Array(0),
      ended: () => false,
    },
    true,
    'test',
    () => {},
  )
  assert.equal(refusal, 'DUPLICATE')
})

test('a connection that ended before it was taken over is not taken over', () => {
  const torrent = scene(new VirtualClock(), 'm')
  const { refusal, overs } = dictated(torrent, 'a', { ended: () => true })
  assert.equal(refusal, 'CLOSED')
  assert.equal(torrent.swarm.peers.size, 0)
  assert.equal(overs(), 0)
})

test('the end is told exactly once, whoever ends it and however', async () => {
  const clock = new VirtualClock()
  const torrent = scene(clock, 'm')
  const hungUp = dictated(torrent, 'a')
  hungUp.remote.connection.close()
  const broken = dictated(torrent, 'b')
  broken.near.reset()
  const offended = dictated(torrent, 'c')
  offended.remote.say({ type: 'have', piece: 999 })
  const stopped = dictated(torrent, 'd')
  const atOnce = dictated(torrent, 'e', { rest: Uint8Array.of(0, 0, 0, 5, 4, 0, 0, 99, 99) })
  assert.equal(atOnce.refusal, undefined, 'it was taken over, and is over')
  await clock.advance(100)
  torrent.swarm.closeAll({ code: 'STOPPED', blame: 'local' })
  torrent.swarm.closeAll({ code: 'STOPPED', blame: 'local' })
  await clock.advance(100)
  for (const one of [hungUp, broken, offended, stopped, atOnce]) assert.equal(one.overs(), 1)
  assert.equal(torrent.swarm.peers.size, 0)
  assert.deepEqual(
    torrent.closings.map(({ of, code, blame }) => `${of} ${code} ${blame}`).sort(),
    [
      'a CLOSED nobody',
      'b RESET nobody',
      'c HAVE_OUT_OF_RANGE remote',
      'd STOPPED local',
      'e HAVE_OUT_OF_RANGE remote',
    ].sort(),
  )
})

test('a full swarm parts with who was idle for ten minutes to take a newcomer', async () => {
  const clock = new VirtualClock(1_000_000)
  const torrent = scene(clock, 'm', { maxPeers: 3, ...SEED })
  const [useful, idle] = [dictated(torrent, 'a'), dictated(torrent, 'b')]
  useful.remote.say({ type: 'interested' })
  const third = dictated(torrent, 'c')
  third.remote.say({ type: 'interested' })
  for (let i = 0; i < 11; i++) {
    for (const one of [useful, idle, third]) one.remote.say({ type: 'keepAlive' })
    await live([torrent], 60)
  }
  assert.equal(torrent.connected, 'abc')
  assert.equal(dictated(torrent, 'd').refusal, undefined)
  assert.equal(torrent.connected, 'acd')
  assert.equal(idle.overs(), 1)
})

// ── what is said at the start ──

test('the extension handshake says who we are and what we have', async () => {
  const clock = new VirtualClock()
  const seed = scene(clock, 's', { ...SEED, pex: true })
  const { remote } = dictated(seed, 'a')
  await clock.advance(50)
  const said = describedTo(remote)
  assert.deepEqual(
    { ...said, ids: [...(said?.ids.keys() ?? [])].sort() },
    {
      ids: ['lt_donthave', 'upload_only', 'ut_holepunch', 'ut_metadata', 'ut_pex'],
      client: 'Scene 1',
      requestQueue: 500,
      port: 6_881,
      metadataBytes: V1.infoBytes.length,
      uploadOnly: true,
      yourAddress: '198.51.100.97',
    },
  )
})

test('who connects, and where it says to see us, is evidence of how we are seen from outside', async () => {
  const clock = new VirtualClock()
  const torrent = scene(clock, 'm')
  const came = dictated(torrent, 'a')
  dictated(torrent, 'b', { incoming: false })
  came.remote.say({
    type: 'extended',
    id: 0,
    payload: bencode({ m: {}, yourip: Uint8Array.of(203, 0, 113, 9) }),
  })
  await clock.advance(50)
  assert.deepEqual(torrent.outside, [
    'from 198.51.100.97',
    'to 198.51.100.98',
    '203.0.113.9 says 198.51.100.97',
  ])
})

test('without PEX it is not offered, without metadata no size is told, and a leech is not upload-only', async () => {
  const clock = new VirtualClock()
  const leech = dictated(scene(clock, 'l'), 'a').remote
  const magnet = dictated(scene(clock, 'm', { pieces: undefined }), 'a').remote
  await clock.advance(50)
  const ofLeech = describedTo(leech)
  assert.equal(ofLeech?.ids.has('ut_pex'), false)
  assert.equal(ofLeech?.uploadOnly, false)
  const ofMagnet = describedTo(magnet)
  assert.equal(ofMagnet?.metadataBytes, undefined)
  assert.equal(ofMagnet?.uploadOnly, undefined)
})

test('who was told that we only give hears when we want something again', async () => {
  const clock = new VirtualClock()
  const torrent = scene(clock, 'm', { pieces: `####${'.'.repeat(4)}` })
  torrent.live?.setPriorities([0])
  const { remote } = dictated(torrent, 'a')
  await live([torrent], 1)
  assert.equal(describedTo(remote)?.uploadOnly, true, 'a partial seed gives only')
  torrent.live?.setPriorities([4])
  await live([torrent], 1)
  assert.equal(describedTo(remote)?.uploadOnly, false)
  await live([torrent], 2)
  assert.equal(describedTo(remote), undefined, 'and once is enough')
})

test('what came right behind the handshake counts, for PEX too', async () => {
  const clock = new VirtualClock()
  const torrent = scene(clock, 'm', { pex: true })
  const hello = encodeExtended(0, bencode({ m: { ut_pex: 11 }, p: 7_000 }))
  const early = dictated(torrent, 'a', { rest: concatBytes([hello, encodeHaveAll()]) })
  const other = dictated(torrent, 'b', { incoming: false })
  await live([torrent], 8)
  assert.equal(torrent.peer('a')?.isSeed, true)
  assert.equal(early.remote.told().includes('extended 11'), true, 'it is told of the other one')
  assert.equal(other.refusal, undefined)
})

// ── PEX (BEP 11) ──

const pexOf = (count: number) =>
  encodePexMessage({
    added: Array.from({ length: count }, (_, i) => ({
      endpoint: { host: `203.0.113.${i + 1}`, port: 6_881 },
      flags: 0,
    })),
    dropped: [],
  })

test('addresses told by PEX reach discovery, with their teller', async () => {
  const clock = new VirtualClock()
  const torrent = scene(clock, 'm', { pex: true })
  const { remote } = dictated(torrent, 'a')
  remote.say({ type: 'extended', id: 2, payload: pexOf(3) })
  await clock.advance(50)
  assert.deepEqual(
    torrent.hints.map(({ endpoint, source, teller }) => [endpoint.host, source, teller]),
    [1, 2, 3].map((i) => [`203.0.113.${i}`, 'pex', '198.51.100.97']),
  )
})

test('PEX is ignored where it is off, and a flood or a malformed message ends the connection', async () => {
  const clock = new VirtualClock()
  const off = scene(clock, 'm')
  const ignored = dictated(off, 'a')
  ignored.remote.say({ type: 'extended', id: 2, payload: pexOf(3) })
  const on = scene(clock, 'n', { pex: true })
  const flooder = dictated(on, 'a')
  for (let i = 0; i < 20; i++) flooder.remote.say({ type: 'extended', id: 2, payload: pexOf(50) })
  const broken = dictated(on, 'b')
  broken.remote.say({ type: 'extended', id: 2, payload: bencode({ added: Uint8Array.of(1, 2, 3) }) })
  await clock.advance(50)
  assert.deepEqual([off.hints, off.closings], [[], []])
  assert.deepEqual(on.closings.map(({ of, code, blame }) => `${of} ${code} ${blame}`).sort(), [
    'a PEX_FLOOD remote',
    'b BAD_PEX remote',
  ])
  assert.equal(on.hints.length <= 150, true)
})

// ── metadata and hashes ──

test('a magnet gets its metadata, then its pieces; v2 layers by hash request', async () => {
  for (const full of [V1, V2]) {
    const clock = new VirtualClock(1_000_000)
    const bare = { ...full, pieceLayers: new Map<string, Uint8Array>() }
    const seed = scene(clock, 's', { ...SEED, metainfo: full })
    const leech = scene(clock, 'l', { metainfo: bare, pieces: undefined })
    const late = scene(clock, 'k', { metainfo: bare, pieces: undefined })
    await joined(leech, seed)
    await joined(late, leech)
    await live([seed, leech, late], 20)
    assert.equal(leech.drawn, '#'.repeat(PIECES), full.version)
    assert.equal(late.drawn, '#'.repeat(PIECES), `${full.version}: also from one that came by magnet itself`)
    for (const one of [seed, leech, late]) assert.deepEqual([one.bans, one.closings], [[], []], full.version)
  }
})

test('a liar about the metadata is banned and the honest one is believed', async () => {
  const clock = new VirtualClock(1_000_000)
  const seed = scene(clock, 's', SEED)
  const leech = scene(clock, 'l', { pieces: undefined })
  const { remote } = dictated(leech, 'a')
  const size = V1.infoBytes.length
  remote.say(encodeExtended(0, bencode({ m: { ut_metadata: 4 }, metadata_size: size })))
  await clock.advance(50)
  const head = bencode({ msg_type: 1, piece: 0, total_size: size })
  remote.say({ type: 'extended', id: 1, payload: concatBytes([head, new Uint8Array(size)]) })
  await clock.advance(50)
  assert.deepEqual(leech.bans, ['198.51.100.97 METADATA_WRONG'])
  await joined(leech, seed)
  await live([seed, leech], 10)
  assert.equal(leech.drawn, '#'.repeat(PIECES))
})

test('a peer that sends malformed metadata or hash messages loses only itself', async () => {
  const clock = new VirtualClock()
  const torrent = scene(clock, 'm', { ...SEED, metainfo: V2 })
  const metadata = dictated(torrent, 'a')
  metadata.remote.say({ type: 'extended', id: 1, payload: Uint8Array.of(100, 101) })
  const hashes = dictated(torrent, 'b')
  const range = { root: new Uint8Array(32), baseLayer: 0, index: 0, length: 2, proofLayers: 0 }
  hashes.remote.say({ type: 'hashRequest', ...range })
  hashes.remote.say(
    { type: 'hashes', ...range, hashes: new Uint8Array(64) },
    { type: 'hashReject', ...range },
  )
  await clock.advance(50)
  assert.deepEqual(
    torrent.closings.map(({ of, code, blame }) => `${of} ${code} ${blame}`),
    ['a BAD_METADATA_MESSAGE remote'],
  )
  assert.equal(hashes.remote.told().includes('hashReject'), true)
})

test('a v2 peer that lies about hashes is closed with blame', async () => {
  const clock = new VirtualClock(1_000_000)
  const bare = { ...V2, pieceLayers: new Map<string, Uint8Array>() }
  const torrent = scene(clock, 'm', { metainfo: bare })
  const [near, far] = link(clock, { ends: [torrent.endpoint, { host: '198.51.100.7', port: 1 }] })
  const remote = new DictatedRemote(far, PIECES)
  const answer = torrent.answer()
  const flags = { ...MODERN, v2: true }
  const done = { connection: near, remote: { hash: answer.handshake.hash, peerId: idOf('x'), flags }, answer }
  torrent.swarm.adopt({ ...done, rest: new Uint8Array(0), ended: () => false }, true, 'test', () => {})
  remote.say({ type: 'haveAll' })
  await clock.advance(50)
  const [request] = remote.heardOf('hashRequest')
  assert.ok(request)
  const { root, baseLayer, index, length, proofLayers } = request
  const hashes = new Uint8Array(32 * length)
  remote.say({ type: 'hashes', root, baseLayer, index, length, proofLayers, hashes })
  await clock.advance(50)
  assert.deepEqual(torrent.bans, ['198.51.100.7 HASHES_WRONG'])
})

// ── limits ──

test('limits hold in both directions: no second has more than the rate and its burst', async () => {
  const big = metainfoOf(64, BLOCKS, 'v1')
  for (const limited of ['up', 'down'] as const) {
    const clock = new VirtualClock(1_000_000)
    const rate = 200_000
    const seed = new TorrentScene(clock, 's', {
      metainfo: big,
      pieces: '#'.repeat(64),
      blocksPerPiece: BLOCKS,
      ...(limited === 'up' ? { upLimit: rate } : {}),
    })
    const leech = new TorrentScene(clock, 'l', {
      metainfo: big,
      pieces: '.'.repeat(64),
      blocksPerPiece: BLOCKS,
      ...(limited === 'down' ? { downLimit: rate } : {}),
    })
    await joined(leech, seed)
    const burst = Math.max(32_768, rate / 4)
    const start = leech.swarm.takenBytes
    let before = start
    let seconds = 0
    while (!leech.live?.complete && seconds < 60) {
      // Wakes as a session does: at every moment that was asked for.
      for (let step = 0; step < 20; step++) {
        await clock.advance(50)
        seed.tick()
        leech.tick()
      }
      seconds++
      const taken = leech.swarm.takenBytes
      assert.equal(
        taken - before <= rate + burst + 16_384,
        true,
        `${limited}: ${taken - before} in one second`,
      )
      before = taken
    }
    const total = 64 * BLOCKS * 16_384
    assert.equal(leech.drawn, '#'.repeat(64), limited)
    const fastest = (total - burst - start) / rate
    assert.equal(seconds >= Math.floor(fastest) - 1, true, `${limited}: ${seconds} s, at least ${fastest}`)
    assert.equal(seconds <= fastest * 1.3 + 3, true, `${limited}: ${seconds} s, at least ${fastest}`)
  }
})

// ── seeds among themselves ──

test('two seeds stay connected while there is room, and part when the swarm is half full', async () => {
  const clock = new VirtualClock()
  const roomy = scene(clock, 'r', { ...SEED, maxPeers: 10 })
  dictated(roomy, 'a').remote.say({ type: 'haveAll' })
  const crowded = scene(clock, 'c', { ...SEED, maxPeers: 3 })
  dictated(crowded, 'a').remote.say({ type: 'haveNone' })
  dictated(crowded, 'b').remote.say({ type: 'haveAll' })
  await clock.advance(50)
  assert.equal(roomy.connected, 'a')
  assert.equal(crowded.connected, 'a')
  assert.deepEqual(
    crowded.closings.map(({ code, blame }) => [code, blame]),
    [['BOTH_SEEDS', 'nobody']],
  )
})

// ── a whole swarm ──

test('a fake seed that never sends does not keep a download from finishing', async () => {
  const clock = new VirtualClock(1_000_000)
  const leech = scene(clock, 'l')
  const fake = dictated(leech, 'f')
  fake.remote.say({ type: 'haveAll' }, { type: 'unchoke' })
  await clock.advance(50)
  assert.equal(leech.peer('f')?.download.outstanding, 16, 'it was asked for all')
  const seed = scene(clock, 's', SEED)
  await joined(leech, seed)
  await live([leech, seed], 10)
  assert.equal(leech.drawn, '#'.repeat(PIECES))
  assert.equal(fake.remote.told().filter((word) => word.startsWith('cancel')).length, 16)
})

test('pieces go from hand to hand through a chain of torrents', async () => {
  const clock = new VirtualClock(1_000_000)
  const chain = ['a', 'b', 'c', 'd'].map((name, i) => scene(clock, name, i === 0 ? SEED : {}))
  for (let i = 1; i < chain.length; i++)
    await joined(chain[i - 1] as TorrentScene, chain[i] as TorrentScene, {}, 40_000 + i)
  await live(chain, 60)
  for (const torrent of chain) {
    assert.equal(torrent.drawn, '#'.repeat(PIECES), torrent.name)
    assert.equal(torrent.swarm.wastedBytes, 0)
    assert.deepEqual(torrent.closings, [])
  }
})
