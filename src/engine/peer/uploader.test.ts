// The giving half against a remote under dictation: order, batches, refusals, bounds, back-pressure and limits.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest } from '../../../test/doubles/digest.ts'
import { type MemoryContent, rightBytes } from '../../../test/doubles/memory-content.ts'
import {
  HASH,
  MODERN,
  PLAIN,
  Purse,
  type Scene,
  type SceneOptions,
  scene,
} from '../../../test/doubles/peer-scene.ts'
import type { PieceIndex } from '../../base/ids.ts'
import { allowedFastSet } from '../../protocol/wire/allowed-fast.ts'

const BLOCK = 16_384

/** What the remote of a scene may have of forty pieces while choked (BEP 6), and a piece that is not among them. */
const FAST = allowedFastSet('203.0.113.2', HASH, 40, 10, digest)
const SLOW = Array.from({ length: 40 }, (_, piece) => piece).find((piece) => !FAST.includes(piece)) ?? 0

/** Two more leechers have the fast pieces, so that these are not scarce. */
function passFastOn(content: MemoryContent): void {
  for (const piece of [...FAST, ...FAST]) content.picker.peerHas(piece as PieceIndex)
}

function request(piece: number, block: number, lengthBytes = BLOCK) {
  return { type: 'request', piece, begin: block * BLOCK, lengthBytes } as const
}

/** We have everything and have unchoked the remote. */
async function giving(options: SceneOptions = {}): Promise<Scene> {
  const made = scene({ pieces: '####', ...options })
  made.remote.say({ type: 'interested' })
  await made.arrive()
  made.peer.unchoke(made.clock.now())
  await made.arrive()
  made.remote.heard()
  return made
}

// ── in order, in batches ──

test('requests are answered in order with the right bytes, neighbours in one read', async () => {
  const { remote, content, host, arrive } = await giving({ blocksPerPiece: 20 })
  const neighbours = Array.from({ length: 20 }, (_, block) => request(2, block))
  remote.say(...neighbours, request(0, 3), request(0, 5), request(1, 6))
  await arrive()
  const blocks = remote.heard().filter((message) => message.type === 'block')
  assert.deepEqual(
    blocks.map(({ piece, begin }) => `${piece}:${begin / BLOCK}`),
    [...Array.from({ length: 20 }, (_, block) => `2:${block}`), '0:3', '0:5', '1:6'],
  )
  for (const { piece, begin, lengthBytes, bytes } of blocks)
    assert.deepEqual(bytes, rightBytes(piece, begin, lengthBytes))
  assert.deepEqual(content.reads, ['2:0+16', '2:16+4', '0:3+1', '0:5+1', '1:6+1'])
  assert.equal(host.uploadedBytes, 23 * BLOCK)
})

test('a request of any place and length inside a piece is answered, up to 16 KiB', async () => {
  const { remote, arrive } = await giving()
  remote.say(
    { type: 'request', piece: 1, begin: 100, lengthBytes: 1 },
    { type: 'request', piece: 1, begin: 2 * BLOCK - 5, lengthBytes: 5 },
    { type: 'request', piece: 1, begin: 9_000, lengthBytes: BLOCK },
  )
  await arrive()
  const blocks = remote.heard().filter((message) => message.type === 'block')
  assert.deepEqual(
    blocks.map(({ begin, lengthBytes }) => [begin, lengthBytes]),
    [
      [100, 1],
      [2 * BLOCK - 5, 5],
      [9_000, BLOCK],
    ],
  )
  for (const { piece, begin, lengthBytes, bytes } of blocks)
    assert.deepEqual(bytes, rightBytes(piece, begin, lengthBytes))
})

test('the last block of a v2 file may be asked in full, and ends with zeros', async () => {
  const { remote, content, arrive } = await giving({ lastPieceBytes: BLOCK + 100, alignment: 'files' })
  remote.say(request(3, 0), request(3, 1), request(3, 1, BLOCK + 1), request(3, 2))
  await arrive()
  const [first, last] = remote.heard().filter((message) => message.type === 'block')
  assert.deepEqual(first?.bytes, rightBytes(3, 0, BLOCK))
  const expected = new Uint8Array(BLOCK)
  expected.set(rightBytes(3, BLOCK, 100))
  assert.deepEqual(last?.bytes, expected)
  assert.deepEqual(content.reads, ['3:0+2'])
  const packed = await giving({ lastPieceBytes: BLOCK + 100 })
  packed.remote.say(request(3, 1))
  await packed.arrive()
  assert.deepEqual(packed.remote.told(), ['reject 3:1'], 'in v1 there is nothing behind the end')
})

test('only one read goes on at a time for a peer', async () => {
  const made = await giving()
  let going = 0
  let most = 0
  const waiting: (() => void)[] = []
  made.content.onRead = async () => {
    going++
    most = Math.max(most, going)
    await new Promise<void>((resolve) => waiting.push(resolve))
    going--
    return 'ok'
  }
  made.remote.say(request(0, 0), request(2, 0), request(3, 1))
  for (let i = 0; i < 5; i++) {
    await made.arrive()
    waiting.shift()?.()
  }
  await made.arrive()
  assert.equal(most, 1)
  assert.deepEqual(made.remote.told(), ['block 0:0', 'block 2:0', 'block 3:1'])
})

// ── refusing ──

test('what is out of range, not had, hidden, empty or too long is refused, and nothing is sent', async () => {
  const { remote, content, arrive } = await giving({ pieces: '###.' })
  content.mayServe = (_peer, piece) => piece !== 2
  const wrong: [number, number, number][] = [
    [4, 0, BLOCK],
    [0xffff_ffff, 0, BLOCK],
    [0, 0, 0],
    [0, 0, BLOCK + 1],
    [0, 0, 2 ** 31],
    [0, 0xffff_ffff, BLOCK],
    [0, 2 * BLOCK - 1, 2],
    [3, 0, BLOCK],
    [2, 0, BLOCK],
  ]
  for (const [piece, begin, lengthBytes] of wrong) remote.say({ type: 'request', piece, begin, lengthBytes })
  await arrive()
  assert.deepEqual(
    remote.heard(),
    wrong.map(([piece, begin, lengthBytes]) => ({ type: 'reject', piece, begin, lengthBytes })),
  )
  assert.deepEqual(content.reads, [])
})

test('without the fast extension a refusal is silence', async () => {
  const { remote, arrive } = await giving({ pieces: '#...', flags: PLAIN })
  remote.say(request(3, 0), request(0, 0))
  await arrive()
  assert.deepEqual(remote.told(), ['block 0:0'])
})

test('a hundred senseless requests are refused, one more ends the connection', async () => {
  const { remote, host, arrive } = await giving()
  for (let i = 0; i < 100; i++) remote.say(request(99, 0))
  await arrive()
  assert.deepEqual(host.codes, [])
  assert.equal(remote.told().length, 100)
  remote.say(request(99, 0))
  await arrive()
  assert.deepEqual(host.closings, [{ code: 'REQUESTS_INVALID', blame: 'remote' }])
})

test('requests that crossed our choke are no offence for two seconds, later ones are', async () => {
  const { remote, host, peer, clock, arrive } = await giving({ pieces: '#'.repeat(40) })
  peer.choke(clock.now())
  for (let i = 0; i < 300; i++) remote.say(request(SLOW, 0))
  await arrive()
  assert.deepEqual(host.codes, [])
  assert.equal(remote.told().filter((word) => word === `reject ${SLOW}:0`).length, 300)
  await clock.advance(2_000)
  for (let i = 0; i < 101; i++) remote.say(request(SLOW, 0))
  await arrive()
  assert.deepEqual(host.codes, ['REQUESTS_INVALID'])
})

test('requests for a piece that we showed and lost are refused without blame', async () => {
  const { remote, host, peer, content, arrive } = await giving()
  content.lose(1 as PieceIndex)
  peer.upload.withdrawn(new Set([1 as PieceIndex]))
  for (let i = 0; i < 150; i++) remote.say(request(1, 0))
  await arrive()
  assert.deepEqual(host.codes, [])
  assert.equal(remote.told().filter((word) => word === 'reject 1:0').length, 150)
})

test('at most 500 requests wait; further ones are refused and cost the peer nothing else', async () => {
  const { remote, near, peer, host, arrive } = await giving({ blocksPerPiece: 40 })
  near.stall()
  // The first reads fill the connection up to its mark; then they wait.
  const pile = Array.from({ length: 800 }, (_, i) => request(Math.floor(i / 40) % 4, i % 40))
  remote.say(...pile.slice(0, 100))
  await arrive()
  remote.say(...pile.slice(100))
  await arrive()
  assert.equal(peer.upload.waiting, 500)
  near.unstall()
  await arrive()
  const words = remote.told()
  const refused = words.filter((word) => word.startsWith('reject')).length
  const given = words.filter((word) => word.startsWith('block')).length
  assert.equal(refused + given, 800, 'each request has one answer')
  assert.equal(given >= 500, true)
  assert.deepEqual(host.codes, [])
})

// ── cancel ──

test('a cancelled request is not sent, and is answered by a reject (BEP 6)', async () => {
  const made = await giving()
  const { remote, content, arrive } = made
  let release = (): void => {}
  content.onRead = () =>
    new Promise((resolve) => {
      release = () => resolve('ok')
    })
  remote.say(request(0, 0), request(1, 0), request(2, 0), {
    type: 'cancel',
    piece: 1,
    begin: 0,
    lengthBytes: BLOCK,
  })
  remote.say({ type: 'cancel', piece: 3, begin: 0, lengthBytes: BLOCK })
  await arrive()
  release()
  await arrive()
  release()
  await arrive()
  assert.deepEqual(remote.told(), ['reject 1:0', 'block 0:0', 'block 2:0'])
})

test('a cancelled request is dropped in silence without the fast extension', async () => {
  const { remote, content, arrive } = await giving({ flags: PLAIN })
  let release = (): void => {}
  content.onRead = () =>
    new Promise((resolve) => {
      release = () => resolve('ok')
    })
  remote.say(request(0, 0), request(1, 0), { type: 'cancel', piece: 1, begin: 0, lengthBytes: BLOCK })
  await arrive()
  release()
  await arrive()
  assert.deepEqual(remote.told(), ['block 0:0'])
})

// ── choke ──

test('a choke refuses what waits, one reject each, and nothing is sent after it', async () => {
  const { remote, near, peer, clock, arrive } = await giving({ pieces: '#'.repeat(40), blocksPerPiece: 60 })
  near.stall()
  for (let round = 0; round < 3; round++)
    remote.say(...Array.from({ length: 60 }, (_, block) => request(SLOW, block)))
  await arrive()
  const waiting = peer.upload.waiting
  assert.equal(waiting > 50, true, String(waiting))
  peer.choke(clock.now())
  near.unstall()
  await arrive()
  const words = remote.told()
  const choke = words.indexOf('choke')
  assert.equal(
    words.slice(0, choke).every((word) => word.startsWith('block')),
    true,
  )
  assert.equal(
    words.slice(choke + 1).every((word) => word.startsWith('reject')),
    true,
  )
  assert.equal(words.length - choke - 1, waiting)
})

// ── allowed fast ──

test('the canonical allowed-fast set is granted to fast peers, of pieces that we have', async () => {
  const drawn = Array.from({ length: 40 }, (_, piece) => (FAST.slice(0, 7).includes(piece) ? '#' : '.')).join(
    '',
  )
  const { remote, arrive } = scene({ pieces: drawn })
  await arrive()
  const granted = remote.told().filter((word) => word.startsWith('allowedFast'))
  assert.deepEqual(
    granted,
    FAST.slice(0, 7).map((piece) => `allowedFast ${piece}`),
  )
  const plain = scene({ pieces: drawn, flags: { ...MODERN, fast: false } })
  await plain.arrive()
  assert.equal(
    plain.remote.told().some((word) => word.startsWith('allowedFast')),
    false,
  )
})

test('a choked peer gets each allowed-fast piece once, and others not at all', async () => {
  const { remote, host, content, clock, arrive } = scene({ pieces: '#'.repeat(40) })
  passFastOn(content)
  await arrive()
  remote.heard()
  const piece = FAST[0] ?? 0
  remote.say(request(piece, 0), request(piece, 1), request(SLOW, 0))
  await arrive()
  assert.deepEqual(remote.told(), [`reject ${SLOW}:0`, `block ${piece}:0`, `block ${piece}:1`])
  await clock.advance(5_000)
  for (let i = 0; i < 200; i++) remote.say(request(piece, i % 2))
  await arrive()
  const words = remote.told()
  assert.equal(words.filter((word) => word.startsWith('block')).length, 0, 'once is enough')
  assert.equal(words.filter((word) => word.startsWith('reject')).length, 200)
  assert.deepEqual(host.codes, [], 'but asking is no offence: the requests may be old')
})

test('a scarce piece is not given to choked peers: many would share it, and nobody have it whole', async () => {
  const { remote, content, arrive } = scene({ pieces: '#'.repeat(40) })
  await arrive()
  remote.heard()
  const piece = FAST[0] ?? 0
  remote.say(request(piece, 0))
  await arrive()
  assert.deepEqual(remote.told(), [`reject ${piece}:0`])
  passFastOn(content)
  remote.say(request(piece, 0))
  await arrive()
  assert.deepEqual(remote.told(), [`block ${piece}:0`])
})

test('a peer that has ten pieces is not starving any more: choked means choked', async () => {
  const { remote, content, arrive } = scene({ pieces: '#'.repeat(40) })
  passFastOn(content)
  for (let i = 0; i < 10; i++) remote.say({ type: 'have', piece: i })
  await arrive()
  remote.heard()
  remote.say(request(FAST[0] ?? 0, 0))
  await arrive()
  assert.deepEqual(remote.told(), [`reject ${FAST[0]}:0`])
})

test('allowed-fast requests survive a choke', async () => {
  const drawn = { pieces: '#'.repeat(40), blocksPerPiece: 60 }
  const { remote, near, peer, content, clock, arrive } = await giving(drawn)
  passFastOn(content)
  near.stall()
  const piece = FAST[0] ?? 0
  for (let round = 0; round < 3; round++)
    remote.say(...Array.from({ length: 60 }, (_, block) => request(SLOW, block)))
  remote.say(request(piece, 7))
  await arrive()
  peer.choke(clock.now())
  near.unstall()
  await arrive()
  const words = remote.told()
  assert.equal(words.includes(`block ${piece}:7`), true)
  assert.equal(words.filter((word) => word === `reject ${SLOW}:59`).length, 2)
})

// ── back-pressure and limits ──

test('a slow reader is not sent more than about a megabyte ahead; the rest follows as it reads', async () => {
  const { remote, near, arrive } = await giving({ blocksPerPiece: 50 })
  near.stall()
  remote.say(...Array.from({ length: 200 }, (_, i) => request(Math.floor(i / 50), i % 50)))
  await arrive()
  assert.equal(near.queuedBytes >= 1 << 20, true)
  assert.equal(near.queuedBytes < (1 << 20) + 17 * BLOCK, true, String(near.queuedBytes))
  near.unstall()
  await arrive()
  assert.equal(remote.told().length, 200)
})

test('an upload limit is spent by what is sent; what does not fit waits, in order', async () => {
  const purse = new Purse(3 * BLOCK + 700)
  const { remote, host, clock, arrive } = await giving({
    blocksPerPiece: 20,
    prepare: (host) => {
      host.up = purse
    },
  })
  remote.say(...Array.from({ length: 10 }, (_, block) => request(0, block)))
  await arrive()
  assert.deepEqual(remote.told(), ['block 0:0', 'block 0:1', 'block 0:2'])
  assert.equal(purse.bytes, 700, 'what was not used is given back')
  assert.equal((host.wakes.at(-1) ?? 0) > clock.now() - 1_000, true, 'and it will be asked again')
  purse.bytes = 7 * BLOCK
  host.tick()
  await arrive()
  assert.deepEqual(
    remote.told(),
    [3, 4, 5, 6, 7, 8, 9].map((block) => `block 0:${block}`),
  )
  assert.equal(purse.bytes, 0)
})

test('what was granted and could not be read is given back', async () => {
  const purse = new Purse(10 * BLOCK)
  const { remote, content, arrive } = await giving({
    prepare: (host) => {
      host.up = purse
    },
  })
  content.onRead = async () => 'unreadable'
  remote.say(request(0, 0), request(0, 1))
  await arrive()
  assert.deepEqual(remote.told(), ['reject 0:0', 'reject 0:1'])
  assert.equal(purse.bytes, 10 * BLOCK)
})

// ── what goes wrong while reading ──

test('a piece that changed on disk is refused, never sent', async () => {
  const { remote, content, host, arrive } = await giving()
  content.onRead = async () => 'changed'
  remote.say(request(0, 0))
  await arrive()
  assert.deepEqual(remote.told(), ['reject 0:0'])
  assert.equal(host.uploadedBytes, 0)
})

test('a peer that closes during a read gets nothing, and the limit its bytes back', async () => {
  const purse = new Purse(10 * BLOCK)
  const { remote, content, host, peer, near, arrive } = await giving({
    prepare: (host) => {
      host.up = purse
    },
  })
  let release = (): void => {}
  content.onRead = () =>
    new Promise((resolve) => {
      release = () => resolve('ok')
    })
  remote.say(request(0, 0), request(2, 0))
  await arrive()
  peer.close({ code: 'STOPPED', blame: 'local' })
  const queued = near.queuedBytes
  release()
  await arrive()
  assert.equal(near.queuedBytes, queued)
  assert.equal(host.uploadedBytes, 0)
  assert.equal(purse.bytes, 10 * BLOCK)
  assert.equal(content.reads.length, 1, 'no further read began')
})

test('a read that throws is a bug of ours: the peer is closed without blame and the error becomes visible', async () => {
  const { remote, content, host, arrive } = await giving()
  const bug = new TypeError('a bug')
  content.onRead = () => Promise.reject(bug)
  remote.say(request(0, 0))
  await arrive()
  assert.deepEqual(host.closings, [{ code: 'INTERNAL', blame: 'local' }])
  assert.deepEqual(host.brokenBy, [bug])
})

test('frames are reused once they left, and not before', async () => {
  const { remote, near, host, arrive } = await giving({ blocksPerPiece: 16 })
  const taken: Uint8Array[] = []
  const given: Uint8Array[] = []
  const { frames } = host
  const take = frames.take.bind(frames)
  const give = frames.give.bind(frames)
  frames.take = (lengthBytes) => {
    const frame = take(lengthBytes)
    taken.push(frame)
    return frame
  }
  frames.give = (frame) => {
    given.push(frame)
    give(frame)
  }
  near.stall()
  remote.say(...Array.from({ length: 16 }, (_, block) => request(0, block)), request(1, 0))
  await arrive()
  assert.equal(taken.length, 2)
  assert.notEqual(taken[0], taken[1], 'the first is still on its way')
  assert.equal(given.length, 0)
  near.unstall()
  await arrive()
  assert.deepEqual(given, taken)
  remote.say(request(2, 0))
  await arrive()
  assert.equal(taken.includes(taken[2] as Uint8Array, 0) && taken.indexOf(taken[2] as Uint8Array) < 2, true)
  const blocks = remote.heard().filter((message) => message.type === 'block')
  for (const { piece, begin, lengthBytes, bytes } of blocks)
    assert.deepEqual(bytes, rightBytes(piece, begin, lengthBytes))
})
