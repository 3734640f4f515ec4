// The receiving half against remotes under dictation: what is asked, where bytes go, what is forgiven and what is not.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rightBytes } from '../../../test/doubles/memory-content.ts'
import {
  joinedBy,
  PLAIN,
  Purse,
  pieceMessage,
  type Scene,
  type SceneOptions,
  scene,
} from '../../../test/doubles/peer-scene.ts'
import { encode as bencode } from '../../base/bencode-encode.ts'
import type { PieceIndex } from '../../base/ids.ts'
import { encodeExtended } from '../../protocol/wire/encode.ts'

const BLOCK = 16_384

/** A remote seed that has unchoked us; what was said until then is forgotten. */
async function unchokedBySeed(options: SceneOptions = {}): Promise<Scene> {
  const made = scene({ pieces: '....', ...options })
  made.remote.say({ type: 'haveAll' }, { type: 'unchoke' })
  await made.arrive()
  return made
}

function requestsOf(words: readonly string[]): string[] {
  return words.filter((word) => word.startsWith('request')).map((word) => word.slice('request '.length))
}

// ── asking ──

test('nothing is asked while choked, and a whole pipeline as soon as unchoked', async () => {
  const { remote, peer, arrive } = scene({})
  remote.say({ type: 'haveAll' })
  await arrive()
  assert.deepEqual(requestsOf(remote.told()), [])
  remote.say({ type: 'unchoke' })
  await arrive()
  const asked = requestsOf(remote.told())
  assert.equal(asked.length, 8, 'all blocks of four pieces')
  assert.equal(new Set(asked).size, 8)
  assert.equal(peer.download.outstanding, 8)
})

test('the last block of the torrent is asked with its own length', async () => {
  const { remote } = await unchokedBySeed({ pieces: '##.', lastPieceBytes: BLOCK + 100 })
  const requests = remote.heard().filter((message) => message.type === 'request')
  assert.deepEqual(
    requests.map((request) => ('lengthBytes' in request ? request.lengthBytes : 0)),
    [BLOCK, 100],
  )
})

test('a torrent arrives whole, byte for byte, in whatever parts the network cuts it', async () => {
  for (const size of [1, 5, 13, 1_000, 16_397, 50_000]) {
    const { remote, host, content, arrive } = await unchokedBySeed({
      pieces: '...',
      lastPieceBytes: BLOCK + 7,
      link: { cut: () => size },
    })
    for (const word of requestsOf(remote.told())) {
      const [piece = 0, block = 0] = word.split(':').map(Number)
      remote.give(piece, block, rightBytes(piece, block * BLOCK, piece === 2 && block === 1 ? 7 : BLOCK))
    }
    await arrive()
    assert.equal(content.drawn, '###', `cut ${size}`)
    assert.equal(host.receivedBytes, 5 * BLOCK + 7)
    assert.equal(host.wastedBytes, 0)
    assert.equal(content.reservedBlocks, 0)
  }
})

test('no more is outstanding than the remote’s reqq allows', async () => {
  const { remote, peer, arrive } = scene({ pieces: '.'.repeat(20) })
  remote.say(encodeExtended(0, bencode({ reqq: 5 })), { type: 'haveAll' }, { type: 'unchoke' })
  await arrive()
  assert.equal(requestsOf(remote.told()).length, 5)
  assert.equal(peer.download.outstanding, 5)
})

test('nothing is asked while the torrent does not receive, and everything when it does again', async () => {
  const { remote, content, peer, clock, arrive } = scene({})
  content.receiving = false
  remote.say({ type: 'haveAll' }, { type: 'unchoke' })
  await arrive()
  assert.deepEqual(requestsOf(remote.told()), [])
  content.receiving = true
  peer.download.fill(clock.now())
  await arrive()
  assert.equal(requestsOf(remote.told()).length, 8)
})

test('only as much is asked as there is memory for', async () => {
  const { remote, content, peer, clock, arrive } = await unchokedBySeed({ memoryBlocks: 3 })
  assert.equal(requestsOf(remote.told()).length, 3)
  content.memoryBlocks = 5
  peer.download.fill(clock.now())
  await arrive()
  assert.equal(requestsOf(remote.told()).length, 2)
})

test('a peer on parole is asked only for pieces that nobody else gave to', async () => {
  const one = await unchokedBySeed({ pieces: '..', blocksPerPiece: 4 })
  one.remote.heard()
  const other = joinedBy(one, 'c')
  other.peer.download.exclusive = true
  other.remote.say({ type: 'haveAll' }, { type: 'unchoke' })
  await one.arrive()
  assert.deepEqual(requestsOf(other.remote.told()), [], 'both pieces belong to the first')
})

test('a suggested piece (BEP 6) is preferred', async () => {
  const { remote, arrive } = scene({ pieces: `#${'.'.repeat(200)}`, blocksPerPiece: 1 })
  remote.say(encodeExtended(0, bencode({ reqq: 2 })), { type: 'haveAll' }, { type: 'suggest', piece: 150 })
  remote.say({ type: 'suggest', piece: 9_999 }, { type: 'unchoke' })
  await arrive()
  assert.equal(requestsOf(remote.told())[0], '150:0')
})

// ── allowances ──

test('a limit is spent when blocks are asked, and what is not whole a block is given back', async () => {
  const purse = new Purse(3 * BLOCK + 5_000)
  const { remote, host } = await unchokedBySeed({
    prepare: (host) => {
      host.down = purse
    },
  })
  assert.equal(requestsOf(remote.told()).length, 3)
  assert.equal(purse.bytes, 5_000)
  assert.equal(host.wakes.length, 0, 'the pipeline is in work')
})

test('an empty limit asks to be woken when there is more, and then goes on', async () => {
  const purse = new Purse(0)
  const { remote, host, clock, arrive } = await unchokedBySeed({
    prepare: (host) => {
      host.down = purse
    },
  })
  assert.deepEqual(requestsOf(remote.told()), [])
  assert.equal(host.wakes.length > 0, true)
  assert.equal((host.wakes.at(-1) ?? 0) > clock.now(), true)
  purse.bytes = 2 * BLOCK
  host.tick()
  await arrive()
  assert.equal(requestsOf(remote.told()).length, 2)
})

test('what was granted and found nothing to ask for is given back', async () => {
  const purse = new Purse(100 * BLOCK)
  await unchokedBySeed({
    pieces: '###.',
    prepare: (host) => {
      host.down = purse
    },
  })
  assert.equal(purse.bytes, 98 * BLOCK, 'two blocks were asked')
})

test('what is refused, choked away or lost with the connection is given back to the limit', async () => {
  const refused = new Purse(8 * BLOCK)
  const one = await unchokedBySeed({
    prepare: (host) => {
      host.down = refused
    },
  })
  assert.equal(refused.bytes, 0)
  one.remote.say({ type: 'choke' })
  for (const word of requestsOf(one.remote.told())) {
    const [piece = 0, block = 0] = word.split(':').map(Number)
    one.remote.say({ type: 'reject', piece, begin: block * BLOCK, lengthBytes: BLOCK })
  }
  await one.arrive()
  assert.equal(refused.bytes, 8 * BLOCK)

  const choked = new Purse(8 * BLOCK)
  const two = await unchokedBySeed({
    flags: PLAIN,
    prepare: (host) => {
      host.down = choked
    },
  })
  assert.equal(choked.bytes, 0)
  two.remote.say({ type: 'choke' })
  await two.arrive()
  assert.equal(choked.bytes, 8 * BLOCK)

  const gone = new Purse(8 * BLOCK)
  const three = await unchokedBySeed({
    prepare: (host) => {
      host.down = gone
    },
  })
  three.remote.connection.close()
  await three.arrive()
  assert.equal(gone.bytes, 8 * BLOCK)
})

// ── choke, with and without the fast extension ──

test('a choke without the fast extension drops every request; they are asked again when unchoked', async () => {
  const made = scene({ flags: PLAIN })
  made.remote.say({ type: 'bitfield', bytes: Uint8Array.of(0b1111_0000) }, { type: 'unchoke' })
  await made.arrive()
  assert.equal(requestsOf(made.remote.told()).length, 8)
  made.remote.say({ type: 'choke' })
  await made.arrive()
  assert.equal(made.peer.download.outstanding, 0)
  assert.equal(made.content.reservedBlocks, 0, 'its memory is free')
  made.remote.say({ type: 'unchoke' })
  await made.arrive()
  assert.equal(requestsOf(made.remote.told()).length, 8)
})

test('a choke with the fast extension keeps requests until each is rejected or answered', async () => {
  const { remote, peer, content, arrive } = await unchokedBySeed()
  remote.say({ type: 'choke' })
  await arrive()
  assert.equal(peer.download.outstanding, 8)
  const [first, second, ...others] = requestsOf(remote.told()).map((word) => word.split(':').map(Number))
  assert.ok(first && second)
  remote.give(first[0] ?? 0, first[1] ?? 0)
  remote.say({ type: 'reject', piece: second[0] ?? 0, begin: (second[1] ?? 0) * BLOCK, lengthBytes: BLOCK })
  await arrive()
  assert.equal(content.stored.length, 1)
  assert.equal(peer.download.outstanding, others.length)
  assert.equal(content.reservedBlocks, others.length)
})

test('allowed-fast pieces are asked while choked, and not again after a reject', async () => {
  const { remote, arrive } = scene({ pieces: '....' })
  remote.say({ type: 'haveAll' }, { type: 'allowedFast', piece: 2 }, { type: 'allowedFast', piece: 77 })
  await arrive()
  assert.deepEqual(requestsOf(remote.told()), ['2:0', '2:1'])
  remote.say({ type: 'reject', piece: 2, begin: 0, lengthBytes: BLOCK })
  remote.say({ type: 'reject', piece: 2, begin: BLOCK, lengthBytes: BLOCK })
  await arrive()
  assert.deepEqual(requestsOf(remote.told()), [])
})

test('allowed-fast pieces told before the metadata was known are asked once it is', async () => {
  const { remote, host, peer, content, arrive } = scene({ pieces: '....', magnet: true })
  remote.say({ type: 'haveAll' }, { type: 'allowedFast', piece: 1 }, { type: 'allowedFast', piece: 4_000 })
  await arrive()
  host.content = content
  peer.contentKnown()
  await arrive()
  assert.deepEqual(requestsOf(remote.told()), ['1:0', '1:1'])
})

// ── refusals ──

test('a block refused while unchoked is not asked again in circles, but of others at once and of it later', async () => {
  const one = await unchokedBySeed({ pieces: '#.', blocksPerPiece: 1 })
  assert.deepEqual(requestsOf(one.remote.told()), ['1:0'])
  one.remote.say({ type: 'reject', piece: 1, begin: 0, lengthBytes: BLOCK })
  await one.arrive()
  assert.deepEqual(requestsOf(one.remote.told()), [])
  assert.equal(one.content.reservedBlocks, 0)
  await one.pass(5)
  assert.deepEqual(requestsOf(one.remote.told()), [])
  await one.pass(7)
  assert.deepEqual(requestsOf(one.remote.told()), ['1:0'])
})

test('one refused piece does not hold up the others', async () => {
  const { remote, content, arrive } = await unchokedBySeed({ pieces: '...', blocksPerPiece: 1 })
  remote.heard()
  remote.say({ type: 'reject', piece: 0, begin: 0, lengthBytes: BLOCK })
  remote.give(1, 0)
  remote.give(2, 0)
  await arrive()
  assert.equal(content.drawn, '.##')
})

test('a remote that refuses everything is asked for a bounded number of blocks', async () => {
  const { remote, arrive } = await unchokedBySeed({ pieces: '.'.repeat(2_000), blocksPerPiece: 1 })
  let asked = 0
  for (let round = 0; round < 200; round++) {
    for (const word of requestsOf(remote.told())) {
      asked++
      remote.say({ type: 'reject', piece: Number(word.split(':')[0]), begin: 0, lengthBytes: BLOCK })
    }
    await arrive()
  }
  // 200 rounds are 20 seconds: two pauses of ten, each after about 32 refusals and one pipeline.
  assert.equal(asked < 200, true, String(asked))
})

test('an empty piece message is a refusal, as BitComet means it', async () => {
  const { remote, host, peer, content, arrive } = await unchokedBySeed({ pieces: '##.#', blocksPerPiece: 2 })
  assert.equal(peer.download.outstanding, 2)
  remote.say(pieceMessage(2, BLOCK, new Uint8Array(0)))
  await arrive()
  assert.deepEqual(content.picker.outstanding(peer.key), [{ piece: 2, block: 0 }])
  assert.equal(content.reservedBlocks, 1)
  remote.say(pieceMessage(2, BLOCK, new Uint8Array(0)), pieceMessage(9_999, 5, new Uint8Array(0)))
  await arrive()
  assert.deepEqual(host.codes, [], 'one that refuses nothing is ignored')
  assert.equal(host.wastedBytes, 0)
})

// ── what was not asked ──

test('a block that was never asked is not written and not kept', async () => {
  const { remote, host, content, arrive } = scene({ pieces: '....' })
  remote.say({ type: 'haveAll' })
  remote.give(1, 0)
  await arrive()
  assert.deepEqual(content.stored, [])
  assert.equal(content.bytesOf(1).length, 0)
  assert.equal(host.wastedBytes, BLOCK)
  assert.deepEqual(host.codes, [])
})

test('a flood of blocks that were never asked ends the connection', async () => {
  const { remote, host, arrive } = scene({ pieces: '....' })
  for (let i = 0; i < 201; i++) remote.give(1, 0)
  await arrive()
  assert.deepEqual(host.closings, [{ code: 'PIECE_NOT_REQUESTED', blame: 'remote' }])
})

test('blocks of a piece or place that does not exist end the connection', async () => {
  const wrong: [number, number, number][] = [
    [4, 0, BLOCK],
    [0xffff_ffff, 0, BLOCK],
    [0, 2 * BLOCK, BLOCK],
    [0, 2 * BLOCK - 1, 2],
    [0, 0xffff_0000, BLOCK],
  ]
  for (const [piece, begin, length] of wrong) {
    const { remote, host, arrive } = scene({ pieces: '....' })
    remote.say(pieceMessage(piece, begin, new Uint8Array(length)))
    await arrive()
    assert.deepEqual(host.codes, ['PIECE_OUT_OF_RANGE'], `${piece} ${begin} ${length}`)
  }
})

test('a block before the metadata is known ends the connection: it cannot have been asked', async () => {
  const { remote, host, arrive } = scene({ pieces: '....', magnet: true })
  remote.give(0, 0)
  await arrive()
  assert.deepEqual(host.codes, ['PIECE_OUT_OF_RANGE'])
})

test('part of a block, or one across two, is not taken for what was asked', async () => {
  const { remote, host, content, peer, arrive } = await unchokedBySeed({ pieces: '####.', blocksPerPiece: 2 })
  remote.say(pieceMessage(4, 0, new Uint8Array(100)), pieceMessage(4, 8_192, new Uint8Array(BLOCK)))
  await arrive()
  assert.deepEqual(content.stored, [])
  assert.equal(host.wastedBytes, 100 + BLOCK)
  assert.equal(peer.download.outstanding, 2)
})

// ── late answers ──

test('blocks that arrive after their requests were given up are dropped without blame, however many', async () => {
  const made = await unchokedBySeed({ pieces: '.'.repeat(600), blocksPerPiece: 2 })
  const { remote, host, peer } = made
  for (let round = 0; round < 5; round++) {
    // Grows the pipeline, so that hundreds are outstanding when the remote falls silent.
    for (const word of requestsOf(remote.told())) {
      const [piece = 0, block = 0] = word.split(':').map(Number)
      remote.give(piece, block)
    }
    await made.arrive()
  }
  const pending = requestsOf(remote.told())
  assert.equal(peer.download.outstanding > 200, true, String(peer.download.outstanding))
  await made.pass(70)
  assert.equal(peer.snubbed, true)
  assert.equal(remote.told().filter((word) => word.startsWith('cancel')).length >= 200, true)
  for (const word of pending) {
    const [piece = 0, block = 0] = word.split(':').map(Number)
    remote.give(piece, block)
  }
  await made.clock.advance(50)
  assert.deepEqual(host.codes, [])
  assert.equal(peer.snubbed, false, 'it is back')
  assert.equal(host.wastedBytes > 0, true)
  assert.deepEqual(host.wrong, [])
})

test('late answers are forgiven once each, not for ever', async () => {
  const { remote, host, arrive } = scene({ pieces: '.', blocksPerPiece: 2, flags: PLAIN })
  remote.say({ type: 'bitfield', bytes: Uint8Array.of(0b1000_0000) }, { type: 'unchoke' })
  await arrive()
  remote.say({ type: 'choke' })
  for (let i = 0; i < 202; i++) remote.give(0, 0)
  await arrive()
  assert.deepEqual(host.codes, [], 'two were asked and 200 are allowed')
  remote.give(0, 0)
  await arrive()
  assert.deepEqual(host.codes, ['PIECE_NOT_REQUESTED'])
})

test('memory that went away while a block was on its way costs the block, not the peer', async () => {
  const { remote, host, content, peer, arrive } = await unchokedBySeed({ pieces: '.', blocksPerPiece: 2 })
  content.unreserve(0 as PieceIndex, 0)
  content.memoryBlocks = 0
  remote.give(0, 0)
  await arrive()
  assert.deepEqual(content.stored, [])
  assert.equal(host.wastedBytes, BLOCK)
  assert.equal(peer.download.outstanding, 1)
})

// ── snubbed ──

test('a fake seed that never sends loses its requests to others, and is left with a single probe', async () => {
  const one = await unchokedBySeed({ pieces: '....', blocksPerPiece: 2 })
  const other = joinedBy(one, 'c')
  other.remote.say({ type: 'haveAll' })
  one.remote.heard()
  assert.equal(one.peer.download.outstanding, 8)
  await one.pass(21)
  assert.equal(one.peer.snubbed, true)
  assert.equal(one.remote.told().filter((word) => word.startsWith('cancel')).length, 8)
  assert.equal(one.peer.download.outstanding, 1)
  assert.equal(one.content.reservedBlocks, 1)
  other.remote.say({ type: 'unchoke' })
  await one.arrive()
  const given = requestsOf(other.remote.told())
  assert.equal(given.length, 7, 'all but the probe')
  for (const word of given) {
    const [piece = 0, block = 0] = word.split(':').map(Number)
    other.remote.give(piece, block)
  }
  await one.arrive()
  const [last] = requestsOf(other.remote.told())
  assert.ok(last, 'the probed one in endgame')
  other.remote.give(Number(last.split(':')[0]), Number(last.split(':')[1]))
  await one.arrive()
  assert.equal(one.content.drawn, '####')
  assert.deepEqual(one.host.codes, [])
})

test('probes of a silent peer become rare', async () => {
  const made = await unchokedBySeed({ pieces: '....' })
  made.remote.heard()
  const seen: number[] = []
  for (let minute = 0; minute < 10; minute++) {
    // It speaks, so that it is not taken for dead; it just never gives.
    made.remote.say({ type: 'keepAlive' })
    await made.pass(60)
    seen.push(requestsOf(made.remote.told()).length)
  }
  const [first = 0] = seen
  assert.equal(first >= 1 && first <= 3, true, String(seen))
  assert.equal(seen.reduce((sum, count) => sum + count, 0) <= 10, true, String(seen))
})

test('a snubbed peer is trusted with a full pipeline again after one block', async () => {
  const made = await unchokedBySeed({ pieces: '.'.repeat(30), blocksPerPiece: 2 })
  made.remote.heard()
  await made.pass(21)
  const [probe] = requestsOf(made.remote.told())
  assert.ok(probe)
  const [piece = 0, block = 0] = probe.split(':').map(Number)
  made.remote.give(piece, block)
  await made.arrive()
  assert.equal(made.peer.snubbed, false)
  assert.equal(made.peer.download.outstanding >= 16, true)
})

test('a peer that became slow gives up what it would not bring soon; the rest of it stays asked', async () => {
  const made = await unchokedBySeed({ pieces: '.'.repeat(1_500), blocksPerPiece: 2 })
  const { remote, peer } = made
  const waiting: string[] = []
  for (let round = 0; round < 7; round++) {
    waiting.push(...requestsOf(remote.told()))
    for (const word of waiting.splice(0)) {
      const [piece = 0, block = 0] = word.split(':').map(Number)
      remote.give(piece, block)
    }
    await made.arrive()
  }
  waiting.push(...requestsOf(remote.told()))
  const before = peer.download.outstanding
  assert.equal(before > 250, true, String(before))
  // From now on one block every two seconds: 8 kB/s.
  for (let i = 0; i < 30; i++) {
    const word = waiting.shift() ?? '0:0'
    const [piece = 0, block = 0] = word.split(':').map(Number)
    remote.give(piece, block)
    await made.pass(2)
  }
  assert.equal(peer.snubbed, false)
  assert.equal(peer.download.outstanding < 60, true, String(peer.download.outstanding))
  assert.equal(peer.closed, false)
})

// ── endgame ──

interface Endgame {
  readonly one: Scene
  readonly other: ReturnType<typeof joinedBy>
}

/** The last two blocks are asked of both. */
async function endgame(): Promise<Endgame> {
  const one = await unchokedBySeed({ pieces: '###.', blocksPerPiece: 2 })
  const other = joinedBy(one, 'c')
  other.remote.say({ type: 'haveAll' }, { type: 'unchoke' })
  await one.arrive()
  assert.deepEqual(requestsOf(one.remote.told()).sort(), ['3:0', '3:1'])
  assert.deepEqual(requestsOf(other.remote.told()).sort(), ['3:0', '3:1'])
  return { one, other }
}

test('in endgame the last blocks are asked of several, and a cancel goes to who was slower', async () => {
  const { one, other } = await endgame()
  other.remote.give(3, 0)
  await one.arrive()
  assert.deepEqual(one.remote.told(), ['cancel 3:0'])
  assert.deepEqual(other.remote.told(), [])
  assert.equal(one.peer.download.outstanding, 1, 'the cancelled one is not waited for')
  assert.deepEqual(one.content.stored, ['3:0'])
  one.remote.give(3, 1)
  await one.arrive()
  assert.equal(one.content.drawn, '####')
  assert.deepEqual(other.remote.told().includes('cancel 3:1'), true)
})

test('the later writer of a block never spoils the earlier one, whoever began first', async () => {
  const garbage = new Uint8Array(BLOCK).fill(0xbb)
  for (const finisher of ['beginner', 'other'] as const) {
    const { one, other } = await endgame()
    const half = pieceMessage(3, 0, finisher === 'beginner' ? rightBytes(3, 0, BLOCK) : garbage)
    one.remote.say(half.slice(0, 8_000))
    await one.arrive()
    const whole = pieceMessage(3, 0, finisher === 'beginner' ? garbage : rightBytes(3, 0, BLOCK))
    if (finisher === 'beginner') {
      other.remote.say(whole.slice(0, 12_000))
      await one.arrive()
      one.remote.say(half.slice(8_000))
      await one.arrive()
      other.remote.say(whole.slice(12_000))
    } else {
      other.remote.say(whole)
      await one.arrive()
      one.remote.say(half.slice(8_000))
    }
    await one.arrive()
    assert.deepEqual(one.content.stored, ['3:0'], finisher)
    other.remote.give(3, 1)
    await one.arrive()
    assert.deepEqual(one.host.wrong, [], finisher)
    assert.equal(one.content.drawn, '####', finisher)
    assert.equal(one.host.wastedBytes, BLOCK, finisher)
    assert.deepEqual(one.host.codes, [])
  }
})

test('one that began alone is stopped when another finishes first: its rest is not written', async () => {
  const one = await unchokedBySeed({ pieces: '###.', blocksPerPiece: 2 })
  const garbage = pieceMessage(3, 0, new Uint8Array(BLOCK).fill(0xbb))
  // Nobody else is asked yet, so these bytes go straight into the block's own memory.
  one.remote.say(garbage.slice(0, 8_000))
  await one.arrive()
  const other = joinedBy(one, 'c')
  other.remote.say({ type: 'haveAll' }, { type: 'unchoke' })
  await one.arrive()
  other.remote.give(3, 0)
  await one.arrive()
  one.remote.say(garbage.slice(8_000))
  other.remote.give(3, 1)
  await one.arrive()
  assert.deepEqual(one.host.wrong, [])
  assert.equal(one.content.drawn, '####')
})

test('one that was given up in the middle of a block does not write on into it', async () => {
  const one = await unchokedBySeed({ pieces: '###.', blocksPerPiece: 2 })
  const garbage = pieceMessage(3, 0, new Uint8Array(BLOCK).fill(0xbb))
  one.remote.say(garbage.slice(0, 8_000))
  await one.arrive()
  one.peer.download.cancelAll()
  const other = joinedBy(one, 'c')
  other.remote.say({ type: 'haveAll' }, { type: 'unchoke' })
  await one.arrive()
  other.remote.give(3, 0)
  await one.arrive()
  one.remote.say(garbage.slice(8_000))
  other.remote.give(3, 1)
  await one.arrive()
  assert.deepEqual(one.host.wrong, [])
  assert.equal(one.content.drawn, '####')
})

test('requests cancelled because others were faster may all be answered late', async () => {
  const made = await unchokedBySeed({ pieces: '.'.repeat(600), blocksPerPiece: 2 })
  for (let round = 0; round < 5; round++) {
    for (const word of requestsOf(made.remote.told())) {
      const [piece = 0, block = 0] = word.split(':').map(Number)
      made.remote.give(piece, block)
    }
    await made.arrive()
  }
  const pending = made.content.picker.outstanding(made.peer.key)
  assert.equal(pending.length > 250, true, String(pending.length))
  made.content.receiving = false
  for (const { piece, block } of pending) made.peer.download.drop(piece, block)
  assert.equal(made.peer.download.outstanding, 0)
  assert.equal(made.peer.download.pipeline.outstanding, 0)
  for (const { piece, block } of pending) made.remote.give(piece, block)
  await made.arrive()
  assert.deepEqual(made.host.codes, [])
})

test('a cancelled request that is rejected or answered late changes nothing', async () => {
  const { one, other } = await endgame()
  other.remote.give(3, 0)
  await one.arrive()
  one.remote.say({ type: 'reject', piece: 3, begin: 0, lengthBytes: BLOCK })
  await one.arrive()
  assert.equal(one.peer.download.outstanding, 1)
  assert.equal(one.peer.download.pipeline.outstanding, 1, 'pipeline and picker agree')
  other.remote.give(3, 1)
  await one.arrive()
  one.remote.give(3, 1)
  await one.arrive()
  assert.equal(one.content.drawn, '####')
  assert.equal(one.peer.download.outstanding, 0)
  assert.equal(one.peer.download.pipeline.outstanding, 0)
  assert.deepEqual(one.host.codes, [])
})

test('when one of two that were asked leaves, the block comes from the other, memory and all', async () => {
  const { one, other } = await endgame()
  one.remote.say(pieceMessage(3, 0, rightBytes(3, 0, BLOCK)).slice(0, 9_000))
  await one.arrive()
  one.remote.connection.close()
  await one.arrive()
  other.remote.give(3, 0)
  other.remote.give(3, 1)
  await one.arrive()
  assert.equal(one.content.drawn, '####')
  assert.deepEqual(one.host.codes, ['CLOSED'])
})

test('when the torrent stops receiving, everything asked is cancelled and its memory freed', async () => {
  const { remote, peer, content, arrive } = await unchokedBySeed()
  remote.heard()
  content.receiving = false
  peer.download.cancelAll()
  await arrive()
  assert.equal(remote.told().filter((word) => word.startsWith('cancel')).length, 8)
  assert.equal(peer.download.outstanding, 0)
  assert.equal(content.reservedBlocks, 0)
})

test('a wrong piece is asked again after its blocks were reset', async () => {
  const { remote, host, content, peer, clock, arrive } = await unchokedBySeed({ pieces: '.' })
  remote.give(0, 0, new Uint8Array(BLOCK))
  remote.give(0, 1)
  await arrive()
  assert.deepEqual(host.wrong, [0])
  content.picker.failed(0 as PieceIndex, 'all')
  content.resetBlocks(0 as PieceIndex, 'all')
  remote.heard()
  peer.download.fill(clock.now())
  await arrive()
  remote.give(0, 0)
  remote.give(0, 1)
  await arrive()
  assert.equal(content.drawn, '#')
})
