// How fast and how large the picker is: `node lab/bench/picker.ts`. Aim: below 1 µs per block, 64 blocks a pick,
// at most 16 bytes per idle piece. And how good: the swarm of the policies alone (swarm-model.ts), `--swarm`.

import { Bitfield } from '../../src/base/bitfield.ts'
import type { Millis, PieceIndex } from '../../src/base/ids.ts'
import { randomInt, SeededRandom } from '../../src/base/random.ts'
import { type Ask, Picker, type PickerWorld } from '../../src/engine/picker/picker.ts'
import { SwarmModel } from './swarm-model.ts'

function worldOf(pieceCount: number, blocks: number): PickerWorld {
  return {
    pieceCount,
    blockCount: () => blocks,
    isPadding: () => false,
    mayReceive: () => true,
    verifiable: () => true,
  }
}

function askOf(peer: number, has: Bitfield, count: number): Ask {
  return {
    peer,
    has,
    count,
    now: 0 as Millis,
    exclusive: false,
    only: undefined,
    rate: 5_000_000,
    suggested: undefined,
  }
}

/** A whole download; peers ask in turns, every block arrives before the next turn. */
function download(
  title: string,
  pieces: number,
  blocks: number,
  peers: readonly Bitfield[],
  count: number,
): void {
  const picker = new Picker(worldOf(pieces, blocks), new SeededRandom(1))
  for (const has of peers) picker.peerJoined(has)
  let asked = 0
  let picks = 0
  let idle = 0
  const start = performance.now()
  for (let turn = 0; !picker.done && idle < peers.length; turn++) {
    const peer = turn % peers.length
    const refs = picker.pick(askOf(peer + 1, peers[peer] as Bitfield, count))
    picks++
    idle = refs.length === 0 ? idle + 1 : 0
    asked += refs.length
    for (const { piece, block } of refs) {
      picker.othersAsked(peer + 1, piece, block)
      picker.received(peer + 1, piece, block)
      if (picker.complete(piece)) picker.passed(piece)
    }
  }
  const ms = performance.now() - start
  const perBlock = ((ms * 1e6) / asked).toFixed(0)
  console.log(`${title}: ${perBlock} ns per block (pick and receive), ${asked} blocks, ${picks} picks`)
}

/** Keeps every pipeline full: blocks arrive in a random order of peers, as in a real swarm. */
function swarm(
  title: string,
  pieces: number,
  blocks: number,
  peers: readonly Bitfield[],
  depth: number,
): void {
  const random = new SeededRandom(2)
  const picker = new Picker(worldOf(pieces, blocks), random)
  for (const has of peers) picker.peerJoined(has)
  const queues: { piece: PieceIndex; block: number }[][] = peers.map(() => [])
  let received = 0
  let longestMs = 0
  const start = performance.now()
  for (let idle = 0; !picker.done && idle < 50 * peers.length; ) {
    const peer = randomInt(random, peers.length)
    const queue = queues[peer] as { piece: PieceIndex; block: number }[]
    if (queue.length <= (depth * 3) / 4) {
      const before = performance.now()
      queue.push(...picker.pick(askOf(peer + 1, peers[peer] as Bitfield, depth - queue.length)))
      longestMs = Math.max(longestMs, performance.now() - before)
    }
    idle = queue.length === 0 ? idle + 1 : 0
    for (const { piece, block } of queue.splice(0, 1 + (depth >> 2))) {
      for (const other of picker.othersAsked(peer + 1, piece, block)) picker.released(other, piece, block)
      if (picker.received(peer + 1, piece, block) === 'first') received++
      if (picker.complete(piece)) picker.passed(piece)
    }
  }
  const ms = performance.now() - start
  const perBlock = ((ms * 1e6) / received).toFixed(0)
  console.log(
    `${title}: ${perBlock} ns per block, ${received} blocks, longest pick ${longestMs.toFixed(2)} ms`,
  )
}

function timed(title: string, times: number, run: (time: number) => void): void {
  const start = performance.now()
  for (let time = 0; time < times; time++) run(time)
  console.log(`${title}: ${(((performance.now() - start) * 1000) / times).toFixed(2)} µs`)
}

function someOf(pieces: number, share: number, seed: number): Bitfield {
  const random = new SeededRandom(seed)
  const has = new Bitfield(pieces)
  for (let piece = 0; piece < pieces; piece++) if (random.uint32() < share * 2 ** 32) has.set(piece)
  return has
}

function huge(pieces: number): void {
  const gc = (globalThis as { gc?: () => void }).gc ?? (() => {})
  gc()
  const before = process.memoryUsage()
  const start = performance.now()
  const picker = new Picker(worldOf(pieces, 4), new SeededRandom(3))
  const built = performance.now() - start
  gc()
  const after = process.memoryUsage()
  const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers
  console.log(
    `${pieces} pieces: built in ${built.toFixed(0)} ms, ${(bytes / pieces).toFixed(1)} bytes a piece`,
  )
  const half = someOf(pieces, 0.5, 4)
  const few = someOf(pieces, 0.0001, 5)
  timed('  a peer with half of them joins', 1, () => picker.peerJoined(half))
  picker.peerJoined(Bitfield.full(pieces))
  picker.peerJoined(few)
  timed('  first pick after it (rebuilds the index)', 1, () => picker.pick(askOf(1, half, 64)))
  timed('  HAVE', 100_000, (time) => picker.peerHas(((time * 7919) % pieces) as PieceIndex))
  timed('  pick of 64 blocks, half-full peer', 2_000, () => picker.pick(askOf(1, half, 64)))
  timed('  pick of 64 blocks, peer with 0.01 %', 10, () => picker.pick(askOf(2, few, 64)))
  timed('  interesting(), peer with 0.01 %', 100, () => picker.interesting(few))
  timed('  pick with nothing to be found', 100, () => picker.pick(askOf(2, new Bitfield(pieces), 64)))
}

function quality(): void {
  for (const upBytesPerSecond of [100_000, 1_000_000, 10_000_000]) {
    for (const superSeed of [false, true]) {
      const { ratio, seedCopies, duplicates } = new SwarmModel({
        seed: 1,
        leechers: 50,
        pieces: 512,
        blocksPerPiece: 16,
        upBytesPerSecond,
        downBytesPerSecond: 10 * upBytesPerSecond,
        roundTripMs: 50,
        superSeed,
        limitMs: 1e8,
      }).run()
      const kind = superSeed ? 'super-seed' : 'seed'
      console.log(
        `${kind} + 50 leechers, up ${upBytesPerSecond / 1000} kB/s: last ÷ T_min ${ratio.toFixed(3)},` +
          ` copies sent ${seedCopies.toFixed(3)}, duplicates ${(duplicates * 100).toFixed(2)} %`,
      )
    }
  }
}

if (process.argv.includes('--swarm')) quality()
else {
  const seed = Bitfield.full(2048)
  download('one seed, 2,048 × 64 blocks, 64 a pick', 2048, 64, [seed], 64)
  download('one seed again (warm)', 2048, 64, [seed], 64)
  download('one seed, 16 a pick', 2048, 64, [seed], 16)
  download('one seed, 131,072 × 1 block, 64 a pick', 131_072, 1, [Bitfield.full(131_072)], 64)
  const peers = Array.from({ length: 50 }, (_, i) => someOf(2048, 0.6, i))
  swarm('50 peers with 60 %, 2,048 × 64 blocks, 64 deep', 2048, 64, [...peers, seed], 64)
  swarm('50 peers with 60 %, 2,048 × 64 blocks, 16 deep', 2048, 64, [...peers, seed], 16)
  swarm('50 peers with 60 %, 2,048 × 64 blocks, 4 deep', 2048, 64, [...peers, seed], 4)
  const many = Array.from({ length: 50 }, (_, i) => someOf(20_000, 0.6, i))
  swarm('50 peers with 60 %, 20,000 × 16 blocks, 64 deep', 20_000, 16, [...many, Bitfield.full(20_000)], 64)
  huge(2_000_000)
}
