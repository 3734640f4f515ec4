// Metadata from hostile peers, over real sockets to a real session that was given a magnet: what must load loads with
// safe paths, what must be refused fails with the code that its file would give, and liars hold up nobody.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import { BDict, BencodeError, decode } from '../../src/base/bencode.ts'
import { encode, RawBencode } from '../../src/base/bencode-encode.ts'
import { concatBytes, toHex } from '../../src/base/bytes.ts'
import { type Infohash, infohash } from '../../src/base/ids.ts'
import type { Torrent } from '../../src/engine/torrent/torrent.ts'
import { MetainfoError } from '../../src/metainfo/error.ts'
import { formatMagnet } from '../../src/metainfo/magnet.ts'
import type { Metainfo } from '../../src/metainfo/metainfo.ts'
import { readTorrent } from '../../src/metainfo/read.ts'
import { encodeExtended } from '../../src/protocol/wire/encode.ts'
import {
  decodeMetadataMessage,
  encodeMetadataData,
  encodeMetadataReject,
  METADATA_PIECE_BYTES,
} from '../../src/protocol/wire/metadata-message.ts'
import { digest } from '../doubles/digest.ts'
import { HOSTILE_INFOS } from '../doubles/hostile-infos.ts'
import { RAW_IDS, RawListener, type RawPeer } from '../doubles/raw-peer.ts'
import { listed, RealEngine } from '../doubles/real-engine.ts'
import { contentOf, fakePieces, infoV1, infoV2, leaf, PIECE_BYTES } from '../doubles/torrents.ts'

interface Given {
  readonly name: string
  readonly info: Uint8Array
  readonly expect: 'load' | 'reject'
  readonly paths?: readonly string[]
}

interface Asked extends Given {
  readonly hashes: { readonly infohashV1: Infohash | undefined; readonly infohashV2: Infohash | undefined }
}

const FOLDER = new URL('../../../shared/data/torrents/', import.meta.url)
const missing = existsSync(FOLDER) ? false : 'the folder ../shared/data/torrents is not here'

/** Their defect lies outside `info`: a magnet does not meet it. */
const FILE_ONLY = new Set([
  'string.torrent',
  'v2_invalid_piece_layer.torrent',
  'v2_invalid_piece_layer_size.torrent',
  'v2_non_multiple_piece_layer.torrent',
])

function infoOf(bytes: Uint8Array): Uint8Array {
  const { value } = decode(bytes, 'torrent')
  const info = value instanceof BDict ? value.raw('info') : undefined
  assert.ok(info !== undefined)
  return info
}

/** The links by which an info dictionary can be asked for: each hash alone, and both of a hybrid. */
function asked(given: Given): Asked[] {
  const infohashV1 = infohash(digest.sha1(given.info))
  const infohashV2 = infohash(digest.sha256(given.info))
  const kind = kindOf(given.info)
  const links: Asked[] = []
  if (kind !== 'v2') links.push({ ...given, hashes: { infohashV1, infohashV2: undefined } })
  if (kind !== 'v1') links.push({ ...given, hashes: { infohashV1: undefined, infohashV2 } })
  if (kind === 'hybrid') links.push({ ...given, hashes: { infohashV1, infohashV2 } })
  return links
}

/** By the keys alone; what cannot be read is asked for as v1. */
function kindOf(info: Uint8Array): 'v1' | 'v2' | 'hybrid' {
  try {
    const { value } = decode(info, 'torrent')
    if (!(value instanceof BDict) || !value.has('meta version')) return 'v1'
    return ['pieces', 'files', 'length'].some((key) => value.has(key)) ? 'hybrid' : 'v2'
  } catch (error) {
    if (error instanceof BencodeError) return 'v1'
    throw error
  }
}

/** What reading it as a .torrent file gives: the metainfo, or the code of the refusal. */
function asFile(info: Uint8Array): Metainfo | string {
  try {
    return readTorrent(encode({ info: new RawBencode(info) }), digest).metainfo
  } catch (error) {
    if (error instanceof MetainfoError) return error.code
    throw error
  }
}

/** A peer that offers this info dictionary, honestly. */
async function offering(t: TestContext, { info, hashes }: Asked): Promise<RawListener> {
  const hash = hashes.infohashV1 ?? hashes.infohashV2
  assert.ok(hash !== undefined)
  const listener = await RawListener.open((peer) => {
    peer.greet({ hash })
    peer.onHandshake = () => giveMetadata(peer, info)
  })
  t.after(() => listener.close())
  return listener
}

function giveMetadata(peer: RawPeer, info: Uint8Array): void {
  peer.describe({ metadataBytes: info.length })
  onMetadataRequest(peer, (piece) => {
    const begin = piece * METADATA_PIECE_BYTES
    const bytes = info.subarray(begin, begin + METADATA_PIECE_BYTES)
    peer.extend('ut_metadata', encodeMetadataData(piece, info.length, bytes))
  })
}

function onMetadataRequest(peer: RawPeer, answer: (piece: number) => void): void {
  peer.onHeard = (event) => {
    if (event.type !== 'extended' || event.id !== RAW_IDS.get('ut_metadata')) return
    const message = decodeMetadataMessage(event.payload)
    if (message?.type === 'request') answer(message.piece)
  }
}

async function check(torrent: Torrent, offer: Asked): Promise<void> {
  const expected = asFile(offer.info)
  const said = `${offer.name} by ${offer.hashes.infohashV2 === undefined ? 'btih' : 'btmh'}`
  const state = await until(
    said,
    () => (['live', 'failed'].includes(torrent.stateName) ? torrent.status() : undefined),
    { describe: () => JSON.stringify(torrent.status()) },
  )
  if (offer.expect === 'reject') {
    assert.equal(state.state, 'failed', `${said} must be refused`)
    assert.equal(state.problem?.code, expected, `${said} is refused as its file is`)
    return
  }
  assert.equal(state.state, 'live', `${said} must load: ${JSON.stringify(state.problem)}`)
  const metainfo = torrent.metainfo as Metainfo
  assert.ok(typeof expected !== 'string', said)
  assert.deepEqual(
    [metainfo.infohashV1, metainfo.infohashV2],
    [expected.infohashV1, expected.infohashV2],
    said,
  )
  for (const hash of [offer.hashes.infohashV1, offer.hashes.infohashV2])
    assert.ok(hash === undefined || [metainfo.infohashV1, metainfo.infohashV2].includes(hash), said)
  const paths = metainfo.files.map(({ path }) => path.join('/'))
  assert.deepEqual(
    paths,
    expected.files.map(({ path }) => path.join('/')),
    `${said} has the paths of its file`,
  )
  if (offer.paths !== undefined) {
    const shown = metainfo.files.filter(({ pad }) => !pad).map(({ path }) => path.join('/'))
    assert.deepEqual(shown, offer.paths, said)
  }
  for (const { path } of metainfo.files) assert.ok(path.every(isHarmless), `${said}: ${path.join('/')}`)
}

function isHarmless(component: string): boolean {
  return !/^(?:\.{0,2})$/.test(component) && !/[/\\\p{Cc}\u202a-\u202e\u200b]/u.test(component)
}

/** Adds every link, each with a save folder of its own, and checks what comes of it and what is on disk. */
async function throughMagnets(t: TestContext, given: readonly Given[]): Promise<void> {
  const offers = given.flatMap(asked)
  const real = await RealEngine.open(t, { maxActiveDownloads: offers.length })
  const torrents: [Torrent, Asked, string][] = []
  for (const [i, offer] of offers.entries()) {
    const saveFolder = join(real.saveFolder, String(i))
    // The halves of a hybrid are one torrent: the one that came by the other hash must be gone first.
    const link = formatMagnet(offer.hashes)
    const before = torrents.at(-1)
    if (before !== undefined && before[1].name === offer.name) {
      await check(before[0], before[1])
      await real.engine.session.remove(before[0], { data: false })
    }
    const { endpoint } = await offering(t, offer)
    const torrent = real.addMagnet(link, { saveFolder, peers: [endpoint] })
    torrents.push([torrent, offer, saveFolder])
  }
  for (const [torrent, offer] of torrents) {
    if (real.engine.session.torrents.has(torrent)) await check(torrent, offer)
  }
  assert.deepEqual(real.bans, [], 'whoever gave what was asked for is no liar')
  assert.deepEqual((await readdir(real.folder)).sort(), ['save', 'state'])
  const folders = await readdir(real.saveFolder)
  assert.ok(folders.every((name) => /^\d+$/.test(name)))
  for (const [torrent, offer, saveFolder] of torrents) {
    const found = existsSync(saveFolder) ? await listed(saveFolder) : []
    const allowed = new Set((torrent.metainfo?.files ?? []).flatMap(({ path }) => ancestry(path)))
    for (const path of found) assert.ok(allowed.has(path), `${offer.name} made ${path}`)
    if (offer.expect === 'reject') assert.deepEqual(found, [], offer.name)
  }
}

/** A path as listed() shows it once made, its folders, and the name it has while it is not whole. */
function ancestry(path: readonly string[]): string[] {
  const folders = path.slice(0, -1).map((_, i) => `${path.slice(0, i + 1).join('/')}/`)
  return [...folders, path.join('/'), `${path.join('/')}.part`]
}

test('crafted torrents of other clients give the same through magnet and metadata as their files', {
  skip: missing,
}, async (t) => {
  const expectations = JSON.parse(readFileSync(new URL('expected.json', FOLDER), 'utf8')) as {
    file: string
    expect: 'load' | 'reject'
    info_sha1: string
    info_sha256: string
  }[]
  const given: Given[] = []
  for (const { file, expect, info_sha1, info_sha256 } of expectations) {
    if (FILE_ONLY.has(file)) continue
    const info = infoOf(new Uint8Array(readFileSync(new URL(file, FOLDER))))
    assert.equal(toHex(digest.sha1(info)), info_sha1)
    assert.equal(toHex(digest.sha256(info)), info_sha256)
    given.push({ name: file, info, expect })
  }
  for (const file of ['bittorrent-v2-test.torrent', 'bittorrent-v2-hybrid-test.torrent'])
    given.push({
      name: file,
      info: infoOf(new Uint8Array(readFileSync(new URL(file, FOLDER)))),
      expect: 'load',
    })
  assert.ok(given.length >= 45, `${given.length} files`)
  // Several have the same info dictionary with other things around it; a session holds each torrent once.
  const distinct = new Map(given.map((each) => [toHex(digest.sha256(each.info)), each]))
  await throughMagnets(t, [...distinct.values()])
})

test('crafted info dictionaries of our own do the same', (t) => throughMagnets(t, HOSTILE_INFOS))

// ── Liars ──────────────────────────────────────────────────────────────────────────────────────────

/** Three pieces of metadata. */
const INFO = encode(infoV1({ length: 2_000 * PIECE_BYTES, pieces: fakePieces(2_000 * PIECE_BYTES) }))
const HASH = infohash(digest.sha1(INFO))
const LINK = formatMagnet({ infohashV1: HASH, infohashV2: undefined })

/** A listening peer that greets and describes itself by `behave`. */
async function listening(t: TestContext, behave: (peer: RawPeer) => void): Promise<RawListener> {
  const listener = await RawListener.open((peer) => {
    peer.greet({ hash: HASH })
    peer.onHandshake = () => behave(peer)
  })
  t.after(() => listener.close())
  return listener
}

function answers(peer: RawPeer, sizeBytes: number, answer: (piece: number) => Uint8Array | undefined): void {
  peer.describe({ metadataBytes: sizeBytes })
  onMetadataRequest(peer, (piece) => {
    const payload = answer(piece)
    if (payload !== undefined) peer.extend('ut_metadata', payload)
  })
}

interface Liar {
  readonly name: string
  readonly behave: (peer: RawPeer, info: Uint8Array) => void
  /** Code of the ban; undefined for those that are only left alone. */
  readonly banned: string | undefined
}

function metadataData(piece: number, totalBytes: number, bytes: Uint8Array): Uint8Array {
  return concatBytes([encode({ msg_type: 1, piece, total_size: totalBytes }), bytes])
}

const LIARS: readonly Liar[] = [
  {
    name: 'gives wrong bytes of the right size',
    behave: (peer, info) =>
      answers(peer, info.length, (piece) => {
        const bytes = info.slice(piece * METADATA_PIECE_BYTES, (piece + 1) * METADATA_PIECE_BYTES)
        bytes[7] = (bytes[7] as number) ^ 1
        return encodeMetadataData(piece, info.length, bytes)
      }),
    banned: 'METADATA_WRONG',
  },
  {
    name: 'says another size than before',
    behave: (peer, info) =>
      answers(peer, info.length, (piece) =>
        metadataData(piece, info.length + METADATA_PIECE_BYTES, info.subarray(0, METADATA_PIECE_BYTES)),
      ),
    banned: 'METADATA_WRONG',
  },
  {
    name: 'promises more than there is',
    behave: (peer, info) =>
      answers(peer, info.length + 1, (piece) => {
        const bytes = new Uint8Array(info.length + 1)
        bytes.set(info)
        const begin = piece * METADATA_PIECE_BYTES
        return encodeMetadataData(piece, bytes.length, bytes.subarray(begin, begin + METADATA_PIECE_BYTES))
      }),
    banned: 'METADATA_WRONG',
  },
  {
    name: 'promises less than there is',
    behave: (peer, info) =>
      answers(peer, 100, (piece) => encodeMetadataData(piece, 100, info.subarray(0, 100))),
    banned: 'METADATA_WRONG',
  },
  {
    name: 'sends a piece of the wrong length',
    behave: (peer, info) =>
      answers(peer, info.length, (piece) => metadataData(piece, info.length, info.subarray(0, 5))),
    banned: 'BAD_METADATA_MESSAGE',
  },
  {
    name: 'sends pieces beyond 8 MiB',
    behave: (peer, info) =>
      answers(peer, info.length, () =>
        metadataData(2 ** 30, info.length, info.subarray(0, METADATA_PIECE_BYTES)),
      ),
    banned: 'BAD_METADATA_MESSAGE',
  },
  {
    name: 'sends what is no dictionary',
    behave: (peer, info) => answers(peer, info.length, () => new Uint8Array(20_000).fill(0x6c)),
    banned: 'BAD_METADATA_MESSAGE',
  },
  {
    name: 'refuses what it offered',
    behave: (peer, info) => answers(peer, info.length, (piece) => encodeMetadataReject(piece)),
    banned: undefined,
  },
  {
    name: 'says nothing more',
    behave: (peer, info) => answers(peer, info.length, () => undefined),
    banned: undefined,
  },
  {
    name: 'sends pieces that nobody asked for',
    behave: (peer, info) => {
      peer.describe({ metadataBytes: info.length })
      for (let i = 0; i < 50; i++)
        peer.write(encodeExtended(1, metadataData(2, info.length, info.subarray(2 * METADATA_PIECE_BYTES))))
    },
    banned: undefined,
  },
  ...[-1, 0, 2 ** 31, 9 * 1024 * 1024].map((size) => ({
    name: `says that its metadata is ${size} bytes long`,
    behave: (peer: RawPeer) =>
      peer.write(encodeExtended(0, encode({ m: { ut_metadata: 3 }, metadata_size: size }))),
    banned: undefined,
  })),
]

for (const { name, behave, banned } of LIARS) {
  test(`a peer that ${name} is ${banned === undefined ? 'left alone' : 'banned'}, and an honest one delivers`, async (t) => {
    const real = await RealEngine.open(t)
    const lying = await listening(t, (peer) => behave(peer, INFO))
    const torrent = real.addMagnet(LINK, { peers: [lying.endpoint] })
    const met = await until('the liar is met', () => lying.peers[0]?.extensions && lying.peers[0])
    if (banned !== undefined) await met.ended
    else await until('it is a peer', () => torrent.status().peers === 1)
    assert.deepEqual(
      real.bans.map(({ reason }) => reason),
      banned === undefined ? [] : [banned],
    )
    assert.equal(torrent.stateName, 'metadata')
    const honest = await listening(t, (peer) => giveMetadata(peer, INFO))
    torrent.addPeer(honest.endpoint)
    await until('metadata', () => torrent.stateName === 'live', { deadlineMs: 10_000 })
    assert.deepEqual(torrent.metainfo?.infoBytes, INFO)
    assert.equal(real.bans.length, banned === undefined ? 0 : 1)
  })
}

test('a v2 link to a v1 torrent is refused, and so is a v1 link to a v2 torrent', async (t) => {
  const real = await RealEngine.open(t)
  const v2 = encode(infoV2({ a: leaf(contentOf(10)) }))
  const links = [
    { info: INFO, hashes: { infohashV1: undefined, infohashV2: infohash(digest.sha256(INFO)) } },
    { info: v2, hashes: { infohashV1: infohash(digest.sha1(v2)), infohashV2: undefined } },
  ] as const
  for (const link of links) {
    const { endpoint } = await offering(t, { name: 'wrong version', expect: 'reject', ...link })
    const torrent = real.addMagnet(formatMagnet(link.hashes), { peers: [endpoint] })
    await until('failed', () => torrent.stateName === 'failed')
    assert.equal(torrent.status().problem?.code, 'OTHER_VERSION')
  }
  assert.deepEqual(real.bans, [])
})

test('a crowd that promises metadata and gives none, or wrong one, keeps nobody waiting for long', async (t) => {
  const real = await RealEngine.open(t)
  const crowd: RawListener[] = []
  for (let i = 0; i < 12; i++) {
    const { behave } = LIARS[i % 2 === 0 ? 0 : 8] as Liar
    crowd.push(await listening(t, (peer) => behave(peer, INFO)))
  }
  const torrent = real.addMagnet(LINK, { peers: crowd.map(({ endpoint }) => endpoint) })
  await until('the crowd is here', () => crowd.every(({ peers }) => peers.length > 0))
  const honest = await listening(t, (peer) => giveMetadata(peer, INFO))
  torrent.addPeer(honest.endpoint)
  await until('metadata', () => torrent.stateName === 'live', { deadlineMs: 15_000 })
  assert.deepEqual(torrent.metainfo?.infoBytes, INFO)
  assert.ok(real.bans.every(({ reason }) => reason === 'METADATA_WRONG'))
})
