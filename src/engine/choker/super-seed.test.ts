// A swarm is drawn by who has what; the super-seed shows pieces, peers get and announce them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bitfieldOf } from '../../../test/doubles/drawn-picker.ts'
import type { Bitfield } from '../../base/bitfield.ts'
import type { PieceIndex } from '../../base/ids.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { type Reveal, SuperSeed } from './super-seed.ts'

class Scene {
  readonly seed: SuperSeed
  readonly has = new Map<number, Bitfield>()
  /** What each peer was shown, in order. */
  readonly shown = new Map<number, PieceIndex[]>()

  constructor(pieces: number, random = new SeededRandom(1)) {
    this.seed = new SuperSeed(pieces, random)
  }

  join(key: number, drawn: string): PieceIndex[] {
    const has = bitfieldOf(drawn)
    this.has.set(key, has)
    const first = [...this.seed.joined(key, has)]
    this.shown.set(key, first)
    return first
  }

  leave(key: number): void {
    this.seed.left(key)
    this.has.delete(key)
    this.shown.delete(key)
  }

  /** The peer now has the piece and says so. @returns who is shown what because of it, as peer:piece. */
  got(key: number, piece: number): string {
    this.has.get(key)?.set(piece)
    return this.note(this.seed.peerHas(key, piece as PieceIndex, (each) => this.has.get(each)))
  }

  note(reveals: readonly Reveal[]): string {
    for (const { key, piece } of reveals) this.shown.get(key)?.push(piece)
    return reveals.map(({ key }) => key).join(' ')
  }
}

test('each peer is shown two pieces, and no two peers the same while there are others', () => {
  const scene = new Scene(8)
  const all = [1, 2, 3, 4].flatMap((key) => scene.join(key, '........'))
  assert.equal(all.length, 8)
  assert.equal(new Set(all).size, 8)
})

test('a peer is shown nothing that it has, and a seed nothing at all', () => {
  const scene = new Scene(4)
  assert.deepEqual(scene.join(1, '###.'), [3])
  assert.deepEqual(scene.join(2, '####'), [])
})

test('the next piece is shown when one was seen at another peer, not when the peer itself has it', () => {
  const scene = new Scene(10)
  const [first] = scene.join(1, '..........') as [PieceIndex]
  scene.join(2, '..........')
  assert.equal(scene.got(1, first), '')
  assert.equal(scene.got(2, first), '1')
  assert.equal(scene.shown.get(1)?.length, 3)
  assert.equal(scene.seed.revealed(1, scene.shown.get(1)?.[2] as PieceIndex), true)
  assert.equal(scene.seed.revealed(2, first), false)
})

test('what a peer that left had to itself is shown to others again, before pieces on somebody’s way', () => {
  const scene = new Scene(6)
  const lost = scene.join(1, '......')
  scene.join(2, '......')
  scene.join(3, '......')
  scene.leave(1)
  assert.deepEqual(new Set(scene.join(4, '......')), new Set(lost))
})

test('a lone peer needs nobody to pass pieces to', () => {
  const scene = new Scene(40)
  const first = scene.join(1, '.'.repeat(40))
  assert.equal(first.length, 2)
  for (let next = 0; next < 40; next++) {
    const piece = scene.shown.get(1)?.[next]
    assert.ok(piece !== undefined, `stuck after ${next} pieces`)
    scene.got(1, piece)
  }
  assert.equal(scene.seed.finished, true)
})

test('peers that nobody can take from are shown more when patience ends', () => {
  const scene = new Scene(10)
  const whole = scene.join(1, '..........')
  const [half] = scene.join(2, '..........') as [PieceIndex]
  for (const piece of [...whole]) assert.equal(scene.got(1, piece), '')
  assert.equal(scene.got(2, half), '')
  assert.equal(scene.note(scene.seed.patienceEnded((key) => scene.has.get(key))), '1 1')
  assert.equal(scene.shown.get(1)?.length, 4)
  assert.equal(scene.shown.get(2)?.length, 2)
})

test('once every piece is out, peers are shown sixteen ahead and finish', () => {
  const scene = new Scene(30)
  scene.join(1, `${'#'.repeat(29)}.`)
  scene.join(2, '.'.repeat(30))
  scene.got(1, 29)
  assert.equal(scene.seed.finished, true)
  for (let next = 0; next < 30; next++) {
    const piece = scene.shown.get(2)?.[next]
    assert.ok(piece !== undefined, `stuck after ${next} pieces`)
    scene.got(2, piece)
    assert.ok((scene.shown.get(2)?.length ?? 0) <= next + 18)
  }
})

test('over random swarms, no peer is shown what it has, pieces go out about once each, and everybody finishes', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = new SeededRandom(seed)
    const pieces = 20 + randomInt(random, 60)
    const leechers = 2 + randomInt(random, 8)
    const scene = new Scene(pieces, random)
    for (let key = 1; key <= leechers; key++) scene.join(key, '.'.repeat(pieces))
    let sent = 0
    let sentForFirstCopy: number | undefined
    for (let turn = 0; turn < 200 * pieces && [...scene.has.values()].some((has) => !has.complete); turn++) {
      const key = 1 + randomInt(random, leechers)
      const has = scene.has.get(key) as Bitfield
      const other = scene.has.get(1 + randomInt(random, leechers)) as Bitfield
      const fromPeer = has.nextLacking(other, 0)
      const fromSeed = scene.shown.get(key)?.find((piece) => !has.has(piece))
      for (const piece of scene.shown.get(key)?.slice(-2) ?? []) assert.ok(scene.seed.revealed(key, piece))
      if (fromPeer >= 0) scene.got(key, fromPeer)
      if (fromSeed !== undefined && !has.has(fromSeed)) {
        sent++
        scene.got(key, fromSeed)
      }
      if (scene.seed.finished) sentForFirstCopy ??= sent
    }
    assert.ok(
      [...scene.has.values()].every((has) => has.complete),
      `seed ${seed}: somebody did not finish`,
    )
    assert.equal(scene.seed.unseen, 0)
    assert.ok(
      (sentForFirstCopy ?? sent) <= 1.3 * pieces,
      `seed ${seed}: ${sentForFirstCopy} sent of ${pieces}`,
    )
    for (const shown of scene.shown.values())
      assert.equal(new Set(shown).size, shown.length, `seed ${seed}: shown twice`)
  }
})
