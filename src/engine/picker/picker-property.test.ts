// Random lives of a picker beside a naive account of the same events.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bitfield } from '../../base/bitfield.ts'
import type { Millis, PieceIndex } from '../../base/ids.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { MAX_ASKERS, QUIET_MS } from './endgame.ts'
import { Picker, type PickerWorld } from './picker.ts'

const RUNS = 60
const STEPS = 400

test('over random lives, what is outstanding, here, wanted and had is always what the events say', () => {
  for (let seed = 1; seed <= RUNS; seed++) {
    const life = new Life(seed)
    try {
      for (let step = 0; step < STEPS; step++) life.step()
      life.finish()
    } catch (error) {
      throw new Error(`seed ${seed}: ${String(error)}`, { cause: error })
    }
  }
})

interface Guest {
  readonly has: Bitfield
  readonly asked: Set<string>
  choking: boolean
  /** As told at the last pick. */
  rate: number
  /** When something came from it, or it was asked first after nothing was asked. */
  quietFrom: number
}

/** Plays a torrent: peers come, go, choke, give good and bad blocks; every answer is checked. */
class Life implements PickerWorld {
  readonly pieceCount: number
  readonly #random: SeededRandom
  readonly #blocks: number
  readonly #padding = new Set<string>()
  readonly #picker: Picker
  readonly #peers = new Map<number, Guest>()
  readonly #priority: number[]
  readonly #had: boolean[]
  readonly #here = new Set<string>()
  #memory = true
  #nextPeer = 1
  #now = 0

  constructor(seed: number) {
    this.#random = new SeededRandom(seed)
    this.pieceCount = 1 + this.#int(30)
    this.#blocks = 1 + this.#int(40)
    if (this.#chance(0.3)) {
      for (let piece = 0; piece < this.pieceCount; piece++) {
        for (let block = 0; block < this.#blocks - 1; block++)
          if (this.#chance(0.1)) this.#padding.add(`${piece}:${block}`)
      }
    }
    this.#priority = Array.from({ length: this.pieceCount }, () => 4)
    this.#had = this.#priority.map(() => false)
    this.#picker = new Picker(this, this.#random)
    if (this.#chance(0.2)) this.#picker.setSequential(true)
  }

  blockCount(piece: PieceIndex): number {
    return piece === this.pieceCount - 1 ? Math.ceil(this.#blocks / 2) : this.#blocks
  }

  isPadding(piece: PieceIndex, block: number): boolean {
    return this.#padding.has(`${piece}:${block}`) && block < this.blockCount(piece) - 1
  }

  mayReceive(): boolean {
    return this.#memory && !this.#chance(0.02)
  }

  verifiable(piece: PieceIndex): boolean {
    return (piece * 7 + this.#now) % 11 !== 0
  }

  step(): void {
    this.#now += this.#int(500)
    this.#memory = !this.#chance(0.1)
    const act = this.#int(100)
    if (this.#peers.size === 0 || (act < 6 && this.#peers.size < 8)) this.#join()
    else if (act < 9) this.#leave()
    else if (act < 14) this.#have()
    else if (act < 16) this.#lose()
    else if (act < 22) this.#choke()
    else if (act < 26) this.#reprioritise()
    else if (act < 28) this.#misfortune()
    else if (act < 60) this.#pick()
    else this.#arrive()
    this.#check()
  }

  /** Whatever happened, a seed that is asked for all of it brings the rest. */
  finish(): void {
    for (const key of [...this.#peers.keys()]) this.#leave(key)
    this.#memory = true
    const seed = this.#join(Bitfield.full(this.pieceCount))
    for (let turn = 0; turn < 20_000 && !this.#picker.done; turn++) {
      this.#now += 1000
      this.#pick(seed)
      const guest = this.#peers.get(seed) as Guest
      for (const ref of [...guest.asked]) this.#arrive(seed, ref, false)
      this.#check()
    }
    assert.equal(this.#picker.done, true, 'did not finish')
    assert.equal(this.#picker.wantedBlocksLeft, 0)
    assert.equal(this.#picker.endgame, false)
  }

  #join(has?: Bitfield): number {
    const key = this.#nextPeer++
    const guest: Guest = {
      has: has ?? this.#someOf(this.#random.uint32() / 2 ** 32),
      asked: new Set(),
      choking: false,
      rate: 0,
      quietFrom: 0,
    }
    this.#peers.set(key, guest)
    this.#picker.peerJoined(guest.has)
    return key
  }

  #leave(key = this.#anyPeer()): void {
    const guest = this.#peers.get(key) as Guest
    this.#picker.releasedAll(key)
    this.#picker.peerLeft(guest.has)
    this.#peers.delete(key)
  }

  #have(): void {
    const guest = this.#peers.get(this.#anyPeer()) as Guest
    const piece = this.#int(this.pieceCount) as PieceIndex
    if (guest.has.set(piece)) this.#picker.peerHas(piece)
  }

  #lose(): void {
    const key = this.#anyPeer()
    const guest = this.#peers.get(key) as Guest
    const piece = this.#int(this.pieceCount) as PieceIndex
    if (guest.has.clear(piece)) this.#picker.peerLost(piece)
  }

  #choke(): void {
    const key = this.#anyPeer()
    const guest = this.#peers.get(key) as Guest
    guest.choking = !guest.choking
    if (this.#chance(0.5)) {
      this.#picker.releasedAll(key)
      guest.asked.clear()
      return
    }
    for (const ref of guest.asked) {
      if (this.#chance(0.5)) continue
      assert.equal(this.#picker.released(key, ...parse(ref)), true)
      guest.asked.delete(ref)
    }
  }

  #reprioritise(): void {
    const piece = this.#int(this.pieceCount) as PieceIndex
    const priority = this.#int(8)
    this.#picker.setPriority(piece, priority)
    this.#priority[piece] = priority
    if (this.#chance(0.3)) this.#picker.setDeadline(piece, (this.#now + this.#int(5000)) as Millis)
  }

  /** Data is lost, or a piece turns up on disk. */
  #misfortune(): void {
    const piece = this.#int(this.pieceCount) as PieceIndex
    const lost = this.#chance(0.7)
    if (lost) this.#picker.markMissing(piece)
    else this.#picker.markHave(piece)
    this.#had[piece] = !lost
    for (let block = 0; block < this.blockCount(piece); block++) {
      this.#here.delete(`${piece}:${block}`)
      for (const guest of this.#peers.values()) guest.asked.delete(`${piece}:${block}`)
    }
  }

  #pick(key = this.#anyPeer()): void {
    const guest = this.#peers.get(key) as Guest
    const exclusive = this.#chance(0.1)
    const only = guest.choking ? new Set([this.#int(this.pieceCount) as PieceIndex]) : undefined
    const endgame = this.#wholeIsAsked()
    const count = this.#int(40)
    const rate = this.#chance(0.3) ? 0 : this.#int(1_000_000)
    const alone = guest.asked.size === 0
    if (count > 0 && !this.#picker.done) guest.rate = rate
    const refs = this.#picker.pick({
      peer: key,
      has: guest.has,
      count,
      now: this.#now as Millis,
      exclusive,
      only,
      rate,
      suggested: this.#chance(0.1) ? [this.#int(this.pieceCount) as PieceIndex] : undefined,
    })
    assert.ok(refs.length <= count)
    for (const { piece, block } of refs) {
      const ref = `${piece}:${block}`
      assert.ok(guest.has.has(piece), 'asked for what the peer has not')
      assert.ok((this.#priority[piece] as number) > 0, 'asked for what is not wanted')
      assert.equal(this.#had[piece], false, 'asked for what we have')
      assert.ok(!this.#here.has(ref), 'asked for what is here')
      assert.ok(!this.isPadding(piece, block), 'asked for padding')
      assert.ok(block >= 0 && block < this.blockCount(piece))
      assert.ok(only === undefined || only.has(piece), 'asked a choking peer')
      assert.ok(!guest.asked.has(ref), 'asked the same peer twice')
      const askers = [...this.#peers.values()].filter((other) => other.asked.has(ref)).length
      if (askers > 0) assert.ok(endgame, 'outstanding at two peers outside endgame')
      assert.ok(this.#giving(ref, rate) < MAX_ASKERS, 'too many askers')
      guest.asked.add(ref)
    }
    if (refs.length > 0 && alone) guest.quietFrom = this.#now
  }

  /** Askers of a block that gave something not long ago; those without a rate do not count beside one who has. */
  #giving(ref: string, rate: number): number {
    const askers = [...this.#peers.values()].filter((other) => other.asked.has(ref))
    return askers.filter((other) => this.#now - other.quietFrom < QUIET_MS && (other.rate > 0 || rate === 0))
      .length
  }

  #arrive(key = this.#anyPeer(), chosen?: string, mayBeBad = true): void {
    const guest = this.#peers.get(key) as Guest
    const ref = chosen ?? [...guest.asked][this.#int(Math.max(1, guest.asked.size))]
    if (ref === undefined) {
      assert.equal(this.#picker.received(key, 0 as PieceIndex, this.#blocks + 1), 'unwanted')
      return
    }
    const [piece, block] = parse(ref)
    guest.asked.delete(ref)
    guest.quietFrom = this.#now
    const receipt = this.#picker.received(key, piece, block)
    assert.equal(receipt, this.#here.has(ref) ? 'duplicate' : 'first')
    if (receipt === 'duplicate') return
    this.#here.add(ref)
    assert.ok(this.#picker.contributors(piece).get(key)?.includes(block))
    for (const other of this.#picker.othersAsked(key, piece, block)) {
      if (this.#chance(0.5)) continue
      assert.equal(this.#picker.released(other, piece, block), true)
      this.#peers.get(other)?.asked.delete(ref)
    }
    if (!this.#picker.complete(piece)) return
    if (mayBeBad && this.#chance(0.3)) this.#fail(piece)
    else {
      this.#picker.passed(piece)
      this.#had[piece] = true
      for (let index = 0; index < this.blockCount(piece); index++) {
        for (const other of this.#peers.values()) other.asked.delete(`${piece}:${index}`)
      }
    }
  }

  #fail(piece: PieceIndex): void {
    const bad: number[] = []
    for (let block = 0; block < this.blockCount(piece); block++)
      if (!this.isPadding(piece, block) && this.#chance(0.3)) bad.push(block)
    const whole = bad.length === 0
    this.#picker.failed(piece, whole ? 'all' : bad)
    for (let block = 0; block < this.blockCount(piece); block++) {
      if (whole || bad.includes(block)) this.#here.delete(`${piece}:${block}`)
    }
  }

  /** Padding-only pieces cannot occur here: the last block of a piece never is padding. */
  #check(): void {
    assert.deepEqual(this.#picker.takePaddingOnly(), [])
    for (const [key, guest] of this.#peers) {
      assert.equal(this.#picker.outstandingCount(key), guest.asked.size, `outstanding of peer ${key}`)
    }
    if (this.#peers.size === 0) return
    const key = this.#anyPeer()
    const asked = (this.#peers.get(key) as Guest).asked
    assert.deepEqual(
      new Set(this.#picker.outstanding(key).map(({ piece, block }) => `${piece}:${block}`)),
      asked,
    )
    let left = 0
    let lacking = 0
    const had = new Bitfield(this.pieceCount)
    for (let index = 0; index < this.pieceCount; index++) {
      const piece = index as PieceIndex
      if (this.#had[piece] || this.#priority[piece] === 0) {
        had.set(piece)
        continue
      }
      lacking++
      const opened = [...this.#picker.partials()].some((partial) => partial.piece === piece)
      for (let block = 0; block < this.blockCount(piece); block++) {
        if (!this.#here.has(`${piece}:${block}`) && !(opened && this.isPadding(piece, block))) left++
      }
    }
    assert.equal(this.#picker.wantedBlocksLeft, left)
    assert.equal(this.#picker.done, lacking === 0)
    assert.equal(this.#picker.endgame, lacking > 0 && this.#wholeIsAsked())
    const piece = this.#int(this.pieceCount) as PieceIndex
    const holders = [...this.#peers.values()].filter((guest) => guest.has.has(piece)).length
    assert.equal(this.#picker.availability(piece), holders)
    const guest = this.#peers.get(key) as Guest
    assert.equal(this.#picker.interesting(guest.has), had.lacksSomeOf(guest.has))
    const copies = Array.from({ length: this.pieceCount }, (_, index) =>
      this.#picker.availability(index as PieceIndex),
    )
    const least = Math.min(...copies)
    const more = copies.filter((count) => count > least).length / copies.length
    assert.ok(Math.abs(this.#picker.copies() - least - more) < 1e-9)
  }

  #wholeIsAsked(): boolean {
    for (let index = 0; index < this.pieceCount; index++) {
      const piece = index as PieceIndex
      if (this.#had[piece] || this.#priority[piece] === 0) continue
      for (let block = 0; block < this.blockCount(piece); block++) {
        const ref = `${piece}:${block}`
        if (this.isPadding(piece, block) || this.#here.has(ref)) continue
        if (![...this.#peers.values()].some((guest) => guest.asked.has(ref))) return false
      }
    }
    return true
  }

  #someOf(share: number): Bitfield {
    const has = new Bitfield(this.pieceCount)
    for (let piece = 0; piece < this.pieceCount; piece++) if (this.#chance(share)) has.set(piece)
    return this.#chance(0.2) ? Bitfield.full(this.pieceCount) : has
  }

  #anyPeer(): number {
    const keys = [...this.#peers.keys()]
    return keys[this.#int(Math.max(1, keys.length))] ?? 0
  }

  #int(below: number): number {
    return randomInt(this.#random, below)
  }

  #chance(probability: number): boolean {
    return this.#random.uint32() < probability * 2 ** 32
  }
}

function parse(ref: string): [PieceIndex, number] {
  const [piece, block] = ref.split(':').map(Number)
  return [piece as PieceIndex, block as number]
}
