// One production peer against a remote under dictation: flags, what each side has, extensions, silence, closing.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { link } from '../../../test/doubles/linked-connections.ts'
import { MemoryContent, rightBytes } from '../../../test/doubles/memory-content.ts'
import {
  bits,
  DictatedRemote,
  generous,
  MODERN,
  PLAIN,
  pieceMessage,
  RecordingHost,
  scene,
} from '../../../test/doubles/peer-scene.ts'
import { VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import { encode as bencode } from '../../base/bencode-encode.ts'
import type { PieceIndex } from '../../base/ids.ts'
import { encodeDonthave } from '../../protocol/wire/donthave.ts'
import { encodeExtended } from '../../protocol/wire/encode.ts'
import { decodeExtensionHandshake } from '../../protocol/wire/extension-handshake.ts'
import { IDLE_TIMEOUT_MS, MAX_UNSENT_BYTES } from './peer.ts'

// ── the four flags (BEP 3) ──

test('a connection starts choked and not interested on both sides', async () => {
  const { peer, remote, arrive } = scene({ pieces: '##..' })
  await arrive()
  assert.deepEqual(
    [peer.amChoking, peer.amInterested, peer.peerChoking, peer.peerInterested],
    [true, false, true, false],
  )
  assert.equal(remote.told().includes('unchoke'), false)
})

test('interest follows what the remote has that we lack, and ends with the last such piece', async () => {
  const { peer, remote, content, host, arrive } = scene({ pieces: '##..' })
  remote.say({ type: 'bitfield', bytes: Uint8Array.of(0b1100_0000) })
  await arrive()
  assert.equal(peer.amInterested, false, 'nothing new')
  remote.say({ type: 'have', piece: 2 })
  await arrive()
  assert.equal(peer.amInterested, true)
  assert.deepEqual(host.gains, [2])
  content.verified(2 as PieceIndex)
  peer.reviewInterest()
  await arrive()
  assert.equal(peer.amInterested, false)
  const flags = remote.told().filter((word) => word === 'interested' || word === 'notInterested')
  assert.deepEqual(flags, ['interested', 'notInterested'])
})

test('choke, unchoke, interested and not interested set their flags and tell the torrent once each', async () => {
  const { peer, remote, host, arrive } = scene({})
  remote.say({ type: 'unchoke' }, { type: 'unchoke' }, { type: 'interested' }, { type: 'interested' })
  await arrive()
  assert.deepEqual([peer.peerChoking, peer.peerInterested], [false, true])
  remote.say({ type: 'choke' }, { type: 'choke' }, { type: 'notInterested' }, { type: 'notInterested' })
  await arrive()
  assert.deepEqual([peer.peerChoking, peer.peerInterested], [true, false])
  assert.deepEqual(host.changes, ['choke', 'interest', 'choke', 'interest'])
})

test('choking and unchoking are said once, and when it was unchoked is known while it is', async () => {
  const { peer, remote, clock, arrive } = scene({})
  await arrive()
  remote.heard()
  peer.unchoke(clock.now())
  peer.unchoke(clock.now())
  assert.equal(peer.unchokedAt, clock.now())
  peer.choke(clock.now())
  peer.choke(clock.now())
  assert.equal(peer.unchokedAt, undefined)
  await arrive()
  assert.deepEqual(remote.told(), ['unchoke', 'choke'])
})

test('a remote that chokes and unchokes without end is dropped', async () => {
  const { remote, host, arrive } = scene({})
  for (let i = 0; i < 110; i++) remote.say({ type: 'unchoke' }, { type: 'choke' })
  await arrive()
  assert.deepEqual(host.closings, [{ code: 'CHOKE_FLOOD', blame: 'remote' }])
})

test('a remote that chokes every ten seconds for an hour is no flood', async () => {
  const { remote, host, clock, peer, arrive } = scene({})
  for (let i = 0; i < 180; i++) {
    remote.say({ type: 'unchoke' })
    await clock.advance(10_000)
    remote.say({ type: 'choke' })
    await clock.advance(10_000)
    host.tick()
  }
  await arrive()
  assert.deepEqual(host.closings, [])
  assert.equal(peer.closed, false)
})

test('a remote whose interest changes thousands of times a second is dropped', async () => {
  const { remote, host, arrive } = scene({})
  for (let i = 0; i < 1_500; i++) remote.say({ type: 'interested' }, { type: 'notInterested' })
  await arrive()
  assert.deepEqual(host.codes, ['INTEREST_FLOOD'])
})

test('since when neither side wants anything of the other is known', async () => {
  const { peer, remote, clock, arrive } = scene({})
  const start = clock.now()
  assert.equal(peer.uselessSince, start)
  remote.say({ type: 'interested' })
  await arrive()
  assert.equal(peer.uselessSince, undefined)
  await clock.advance(5_000)
  remote.say({ type: 'notInterested' })
  await arrive()
  assert.equal((peer.uselessSince ?? 0) > start + 5_000, true)
})

// ── what we say we have ──

const openings: readonly [string, string, boolean, string[]][] = [
  ['everything, with the fast extension', '####', true, ['haveAll']],
  ['everything, without it', '####', false, ['bitfield 11110000']],
  ['some pieces', '#.#.', true, ['bitfield 10100000']],
  ['some pieces, without the fast extension', '#.#.', false, ['bitfield 10100000']],
  ['nothing, with the fast extension', '....', true, ['haveNone']],
  ['nothing, without it', '....', false, []],
]
for (const [what, pieces, fast, expected] of openings) {
  test(`a peer that has ${what} opens with ${expected[0] ?? 'no word about pieces'}`, async () => {
    const { remote, arrive } = scene({ pieces, flags: { ...MODERN, fast } })
    await arrive()
    assert.deepEqual(
      remote.told().filter((word) => !word.startsWith('allowedFast')),
      expected,
    )
  })
}

test('what the torrent hides is not shown: a super-seed opens with have-none, or with silence', async () => {
  for (const fast of [true, false]) {
    const { remote, arrive } = scene({
      pieces: '####',
      flags: { ...MODERN, fast },
      prepare: (_, content) => {
        content.mayServe = () => false
      },
    })
    await arrive()
    assert.deepEqual(remote.told(), fast ? ['haveNone'] : [])
  }
})

test('a peer that is shown only some pieces hears of them one by one', async () => {
  const { remote, arrive } = scene({
    pieces: '####',
    prepare: (_, content) => {
      content.mayServe = (_peer, piece) => piece === 1 || piece === 3
    },
  })
  await arrive()
  const words = remote.told().filter((word) => !word.startsWith('allowedFast'))
  assert.deepEqual(words, ['haveNone', 'have 1', 'have 3'])
})

test('pieces are opened with at most once: when the metadata comes later they are told one by one', async () => {
  for (const fast of [true, false]) {
    const { remote, host, peer, content, arrive } = scene({
      pieces: '##.#',
      magnet: true,
      flags: { ...MODERN, fast },
    })
    await arrive()
    assert.deepEqual(remote.told(), fast ? ['haveNone'] : [])
    host.content = content
    peer.contentKnown()
    await arrive()
    const words = remote.told().filter((word) => !word.startsWith('allowedFast'))
    assert.deepEqual(words, ['have 0', 'have 1', 'have 3'])
  }
})

test('two magnet downloads that both learn the metadata understand each other’s pieces', async () => {
  // The regression: have-none was said a second time, which the other side must take for a broken client.
  const { remote, host, peer, content, arrive } = scene({ pieces: '....', magnet: true })
  await arrive()
  host.content = content
  peer.contentKnown()
  await arrive()
  const openingsSaid = remote.told().filter((word) => ['haveNone', 'haveAll'].includes(word))
  assert.deepEqual(openingsSaid, ['haveNone'])
})

test('a verified piece is announced to everybody, seeds too', async () => {
  const { peer, remote, arrive } = scene({})
  remote.say({ type: 'haveAll' })
  await arrive()
  remote.heard()
  peer.announce(1 as PieceIndex)
  await arrive()
  assert.deepEqual(remote.told(), ['have 1'])
})

// ── what the remote says it has ──

test('pieces are understood in each form', async () => {
  const forms: [string, (remote: DictatedRemote) => void, string][] = [
    ['bitfield', (remote) => remote.say({ type: 'bitfield', bytes: Uint8Array.of(0b0110_0000) }), '.##.'],
    ['have all', (remote) => remote.say({ type: 'haveAll' }), '####'],
    ['have none', (remote) => remote.say({ type: 'haveNone' }), '....'],
    ['haves', (remote) => remote.say({ type: 'have', piece: 3 }, { type: 'have', piece: 0 }), '#..#'],
    [
      'bitfield and haves',
      (remote) =>
        remote.say({ type: 'bitfield', bytes: Uint8Array.of(0b1000_0000) }, { type: 'have', piece: 1 }),
      '##..',
    ],
  ]
  for (const [form, say, expected] of forms) {
    for (const magnet of [false, true]) {
      const { peer, remote, host, content, arrive } = scene({ magnet })
      say(remote)
      await arrive()
      if (magnet) {
        assert.equal(bits(peer.pieces), 'unknown')
        host.content = content
        peer.contentKnown()
      }
      assert.equal(bits(peer.pieces), expected, `${form}, magnet: ${magnet}`)
      const counted = [...expected].map((_, piece) => content.picker.availability(piece as PieceIndex))
      assert.deepEqual(
        counted,
        [...expected].map((drawn) => (drawn === '#' ? 1 : 0)),
        form,
      )
      assert.equal(peer.amInterested, expected.includes('#'), form)
      assert.equal(peer.isSeed, expected === '####', form)
      peer.close({ code: 'STOPPED', blame: 'local' })
      const left = [...expected].map((_, piece) => content.picker.availability(piece as PieceIndex))
      assert.deepEqual(left, [0, 0, 0, 0], `${form}: nothing is counted after it left`)
    }
  }
})

const wrongOpenings: readonly [string, (remote: DictatedRemote) => void, string][] = [
  [
    'have-all after have-none',
    (remote) => remote.say({ type: 'haveNone' }, { type: 'haveAll' }),
    'BITFIELD_TWICE',
  ],
  [
    'spare bits',
    (remote) => remote.say({ type: 'bitfield', bytes: Uint8Array.of(0b1111_1000) }),
    'BITFIELD_WRONG',
  ],
  ['a have beyond the end', (remote) => remote.say({ type: 'have', piece: 4 }), 'HAVE_OUT_OF_RANGE'],
  ['a have of 2^32 − 1', (remote) => remote.say({ type: 'have', piece: 0xffff_ffff }), 'HAVE_OUT_OF_RANGE'],
]
for (const [what, say, code] of wrongOpenings) {
  test(`${what} ends the connection, at once or when the metadata becomes known`, async () => {
    for (const magnet of [false, true]) {
      const { remote, host, peer, content, arrive } = scene({ magnet })
      say(remote)
      await arrive()
      if (magnet && !peer.closed) {
        host.content = content
        peer.contentKnown()
      }
      assert.deepEqual(host.closings, [{ code, blame: 'remote' }], `magnet: ${magnet}`)
      const counted = [0, 1, 2, 3].map((piece) => content.picker.availability(piece as PieceIndex))
      assert.deepEqual(counted, [0, 0, 0, 0], 'nothing of it is counted')
    }
  })
}

test('a bitfield of the wrong length ends the connection before it is read', async () => {
  const { remote, host, arrive } = scene({})
  remote.say({ type: 'bitfield', bytes: Uint8Array.of(0, 0) })
  await arrive()
  assert.deepEqual(host.closings, [{ code: 'MESSAGE_LENGTH', blame: 'remote' }])
})

test('a bitfield of the wrong length said before the metadata was known ends the connection then', async () => {
  const { remote, host, peer, content, arrive } = scene({ magnet: true })
  remote.say({ type: 'bitfield', bytes: Uint8Array.of(0, 0, 0, 0, 0) })
  await arrive()
  assert.equal(peer.closed, false)
  host.content = content
  peer.contentKnown()
  assert.deepEqual(host.codes, ['BITFIELD_WRONG'])
})

test('a flood of haves that say nothing new is dropped after its burst', async () => {
  const { remote, host, arrive } = scene({})
  for (let i = 0; i < 2_001; i++) remote.say({ type: 'have', piece: 1 })
  await arrive()
  assert.deepEqual(host.codes, [], 'the first is news, 2,000 are the burst')
  for (let i = 0; i < 100; i++) remote.say({ type: 'have', piece: 1 })
  await arrive()
  assert.deepEqual(host.closings, [{ code: 'HAVE_FLOOD', blame: 'remote' }])
})

test('a fast peer may finish thousands of small pieces in a second', async () => {
  const { remote, host, peer, arrive } = scene({ pieces: '.'.repeat(10_000), blocksPerPiece: 1 })
  for (let piece = 0; piece < 10_000; piece++) remote.say({ type: 'have', piece })
  await arrive()
  assert.deepEqual(host.codes, [])
  assert.equal(peer.isSeed, true)
})

test('haves before the metadata is known are bounded', async () => {
  const { remote, host, arrive } = scene({ magnet: true })
  for (let piece = 0; piece < 2_100; piece++) remote.say({ type: 'have', piece })
  await arrive()
  assert.deepEqual(host.codes, ['HAVE_FLOOD'])
})

test('a peer that came to have everything, piece by piece, is a seed, and the torrent hears of it', async () => {
  const { remote, host, peer, arrive } = scene({})
  for (let piece = 0; piece < 4; piece++) remote.say({ type: 'have', piece })
  await arrive()
  assert.equal(peer.isSeed, true)
  assert.deepEqual(host.changes, ['pieces'])
})

test('a lost piece (lt_donthave) counts no longer and ends interest if it was the only one', async () => {
  const { remote, peer, content, arrive } = scene({ pieces: '###.' })
  remote.say({ type: 'have', piece: 3 })
  await arrive()
  assert.equal(peer.amInterested, true)
  remote.say({ type: 'extended', id: 4, payload: encodeDonthave(3) })
  await arrive()
  assert.equal(bits(peer.pieces), '....')
  assert.equal(content.picker.availability(3 as PieceIndex), 0)
  assert.equal(peer.amInterested, false)
})

test('our own lost piece is told to who understands it, by the id that it gave', async () => {
  const { remote, peer, arrive } = scene({ pieces: '####' })
  peer.announceLoss(2 as PieceIndex)
  await arrive()
  assert.equal(remote.told().includes('extended 9'), false, 'before its handshake nothing is known')
  remote.say(encodeExtended(0, bencode({ m: { lt_donthave: 9 } })))
  await arrive()
  peer.announceLoss(2 as PieceIndex)
  await arrive()
  const news = remote.heard().at(-1)
  assert.deepEqual(news, { type: 'extended', id: 9, payload: encodeDonthave(2) })
})

// ── extensions (BEP 10) ──

test('our extension handshake comes first, and only to who understands it', async () => {
  const { remote, arrive } = scene({ pieces: '####' })
  await arrive()
  const [first] = remote.heard()
  assert.equal(first?.type === 'extended' && first.id, 0)
  const plain = scene({ pieces: '####', flags: { ...MODERN, extended: false } })
  await plain.arrive()
  assert.equal(
    plain.remote.heard().some((message) => message.type === 'extended'),
    false,
  )
})

test('extension messages go by the ids of the other side, also after it changed or dropped them', async () => {
  const { remote, peer, arrive } = scene({})
  assert.equal(peer.sendExtension('ut_metadata', Uint8Array.of(1)), false)
  remote.say(encodeExtended(0, bencode({ m: { ut_metadata: 7, ut_pex: 8 } })))
  await arrive()
  assert.equal(peer.sendExtension('ut_metadata', Uint8Array.of(1)), true)
  remote.say(encodeExtended(0, bencode({ m: { ut_metadata: 200 } })))
  await arrive()
  assert.equal(peer.sendExtension('ut_metadata', Uint8Array.of(1)), true)
  assert.equal(peer.sendExtension('ut_pex', Uint8Array.of(1)), true, 'm is additive')
  remote.say(encodeExtended(0, bencode({ m: { ut_metadata: 0 } })))
  await arrive()
  assert.equal(peer.sendExtension('ut_metadata', Uint8Array.of(1)), false, 'switched off')
  await arrive()
  assert.deepEqual(
    remote.told().filter((word) => word.startsWith('extended')),
    ['extended 7', 'extended 200', 'extended 8'],
  )
})

test('what comes by our ids reaches the torrent by name, whatever ids the remote uses itself', async () => {
  const { remote, host, arrive } = scene({})
  remote.say(encodeExtended(0, bencode({ m: { ut_metadata: 2, ut_pex: 1 } })))
  remote.say(
    { type: 'extended', id: 1, payload: Uint8Array.of(65) },
    { type: 'extended', id: 2, payload: Uint8Array.of(66) },
    { type: 'extended', id: 77, payload: Uint8Array.of(67) },
  )
  await arrive()
  assert.deepEqual(host.messages, [
    { type: 'extension', name: 'ut_metadata', payload: Uint8Array.of(65) },
    { type: 'extension', name: 'ut_pex', payload: Uint8Array.of(66) },
  ])
  assert.deepEqual(host.codes, [], 'an id that we never gave is ignored')
})

test('metadata_size of 0, −1 or 2^31 counts as not said', async () => {
  for (const size of [0, -1, 2 ** 31]) {
    const { remote, host, peer, arrive } = scene({ magnet: true })
    remote.say(encodeExtended(0, bencode({ m: { ut_metadata: 2 }, metadata_size: size })))
    await arrive()
    assert.equal(peer.extensions?.metadataBytes, undefined, String(size))
    assert.deepEqual(host.codes, [], String(size))
  }
})

test('an extension handshake that is no dictionary ends the connection', async () => {
  const { remote, host, arrive } = scene({})
  remote.say(encodeExtended(0, Uint8Array.of(105, 49, 101)))
  await arrive()
  assert.deepEqual(host.closings, [{ code: 'BAD_EXTENSION_HANDSHAKE', blame: 'remote' }])
})

test('extension handshakes without end end the connection', async () => {
  const { remote, host, arrive } = scene({})
  for (let i = 0; i < 60; i++) remote.say(encodeExtended(0, bencode({ m: {} })))
  await arrive()
  assert.deepEqual(host.codes, ['EXTENSION_FLOOD'])
})

test('upload-only is heard in the handshake and as a message, both ways round', async () => {
  const { remote, peer, arrive } = scene({})
  remote.say(encodeExtended(0, bencode({ upload_only: 1 })))
  await arrive()
  assert.equal(peer.uploadOnly, true)
  remote.say({ type: 'extended', id: 3, payload: Uint8Array.of(0) })
  await arrive()
  assert.equal(peer.uploadOnly, false)
  remote.say({ type: 'extended', id: 3, payload: Uint8Array.of(1) })
  await arrive()
  assert.equal(peer.uploadOnly, true)
})

test('a malformed upload-only message ends the connection', async () => {
  const { remote, host, arrive } = scene({})
  remote.say({ type: 'extended', id: 3, payload: Uint8Array.of(1, 1) })
  await arrive()
  assert.deepEqual(host.closings, [{ code: 'BAD_UPLOAD_ONLY', blame: 'remote' }])
})

test('the port to dial back is the endpoint we dialled, or what an incoming peer tells', async () => {
  const dialled = scene({})
  assert.deepEqual(dialled.peer.dialBack, { host: '203.0.113.2', port: 6_881 })
  const clock = new VirtualClock()
  const host = new RecordingHost(clock, new MemoryContent({ pieces: '..' }))
  const [far, near] = link(clock)
  const remote = new DictatedRemote(far, 2)
  const peer = host.adopt(near, {}, true)
  assert.equal(peer.dialBack, undefined)
  remote.say(encodeExtended(0, bencode({ p: 51_413 })))
  await clock.advance(100)
  assert.deepEqual(peer.dialBack, { host: '198.51.100.1', port: 51_413 })
})

test('our handshake says what the torrent describes', async () => {
  const { remote, arrive } = scene({
    prepare: (host) => {
      host.description = { ids: new Map([['ut_pex', 2]]), requestQueue: 123, metadataBytes: 99 }
    },
  })
  await arrive()
  const [first] = remote.heard()
  assert.equal(first?.type, 'extended')
  const said = decodeExtensionHandshake(first.type === 'extended' ? first.payload : new Uint8Array(0))
  assert.deepEqual([said.requestQueue, said.metadataBytes, said.ids.get('ut_pex')], [123, 99, 2])
})

// ── silence ──

test('a keep-alive is sent after 90 seconds without a word from us, and not before', async () => {
  const { remote, pass } = scene({})
  await pass(80)
  remote.say({ type: 'keepAlive' })
  assert.equal(remote.told().includes('keepAlive'), false)
  await pass(15)
  assert.deepEqual(remote.told(), ['keepAlive'])
})

test('two minutes of silence end a connection; a keep-alive is enough to go on', async () => {
  const { remote, host, clock, pass } = scene({})
  await pass(100)
  remote.say({ type: 'keepAlive' })
  await pass(100)
  assert.deepEqual(host.codes, [])
  await clock.advance(IDLE_TIMEOUT_MS)
  host.tick()
  assert.deepEqual(host.closings, [{ code: 'SILENT', blame: 'nobody' }])
})

// ── back-pressure ──

test('a remote that asks and does not read is not read either, until it has read', async () => {
  const { near, remote, peer, clock, arrive } = scene({ pieces: '####' })
  await arrive()
  near.stall()
  // Refused at once: 17 bytes out for 17 bytes in.
  const request = { type: 'request', piece: 0, begin: 0, lengthBytes: 16_384 } as const
  peer.unchoke(clock.now())
  for (let asked = 0; asked * 17 < MAX_UNSENT_BYTES + (1 << 18); asked += 5_000)
    remote.say(...Array.from({ length: 5_000 }, () => request))
  await arrive()
  assert.equal(near.paused, true)
  assert.equal(near.queuedBytes < MAX_UNSENT_BYTES + (1 << 19), true, String(near.queuedBytes))
  near.unstall()
  await arrive()
  assert.equal(near.paused, false)
  assert.equal(peer.closed, false)
})

// ── closing ──

test('after closing nothing is written, heard or outstanding, even in the middle of the bytes that closed it', async () => {
  const { remote, host, peer, content, clock, arrive } = scene({ pieces: '....' })
  remote.say({ type: 'haveAll' }, { type: 'unchoke' })
  await arrive()
  assert.equal(content.picker.outstandingCount(peer.key) > 0, true)
  remote.heard()
  // One read: an offence, then a block and a have that must not be looked at any more.
  const offence = Uint8Array.of(0, 0, 0, 5, 4, 0xff, 0xff, 0xff, 0xff)
  remote.say(offence, pieceMessage(0, 0, rightBytes(0, 0, 16_384)), { type: 'interested' })
  await arrive()
  assert.equal(peer.downloadedBytes, 0)
  assert.equal(host.wastedBytes, 0)
  assert.deepEqual(host.codes, ['HAVE_OUT_OF_RANGE'])
  assert.deepEqual(content.stored, [])
  assert.equal(peer.peerInterested, false)
  assert.equal(content.picker.outstandingCount(peer.key), 0)
  assert.equal(content.reservedBlocks, 0)
  assert.deepEqual(remote.told(), [])
  peer.announce(0 as PieceIndex)
  peer.unchoke(clock.now())
  peer.sendExtensionHandshake()
  await arrive()
  assert.deepEqual(remote.told(), [])
  assert.equal(remote.closed, true)
})

test('the torrent may close a peer while one of its messages is being read: the rest is dropped', async () => {
  const { remote, host, peer, arrive } = scene({})
  host.onChanged = (one) => one.close({ code: 'STOPPED', blame: 'local' })
  const block = pieceMessage(0, 0, rightBytes(0, 0, 16_384))
  remote.say({ type: 'interested' }, { type: 'unchoke' }, block, { type: 'have', piece: 99 })
  await arrive()
  assert.deepEqual([peer.downloadedBytes, host.wastedBytes], [0, 0])
  assert.deepEqual(host.closings, [{ code: 'STOPPED', blame: 'local' }])
  assert.equal(peer.peerChoking, true)
})

test('the end of the connection is told once, with its cause', async () => {
  const orderly = scene({})
  orderly.remote.connection.close()
  await orderly.arrive()
  assert.deepEqual(orderly.host.closings, [{ code: 'CLOSED', blame: 'nobody' }])
  const broken = scene({})
  broken.near.reset()
  await broken.arrive()
  assert.deepEqual(broken.host.closings, [{ code: 'RESET', blame: 'nobody' }])
})

test('an error that is ours closes the peer without blame and is not hidden', async () => {
  const { remote, host, clock } = scene({})
  host.onChanged = () => {
    throw new TypeError('a bug')
  }
  remote.say({ type: 'interested' })
  await assert.rejects(clock.advance(100), TypeError)
  assert.deepEqual(host.closings, [{ code: 'INTERNAL', blame: 'local' }])
})

test('a plain BEP 3 client is spoken to without extensions or fast messages', async () => {
  const { remote, host, peer, clock, arrive } = scene({ pieces: '#...', flags: PLAIN })
  generous(host)
  remote.say({ type: 'interested' }, { type: 'have', piece: 1 })
  await arrive()
  peer.choke(clock.now())
  remote.say({ type: 'request', piece: 3, begin: 0, lengthBytes: 16_384 })
  await arrive()
  assert.deepEqual(remote.told(), ['bitfield 10000000', 'unchoke', 'interested', 'choke'])
})
