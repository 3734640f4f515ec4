// Swarms are drawn: one row per getter, one character per piece, `#` had and verified, `.` not.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bitfield } from '../../base/bitfield.ts'
import { toHex } from '../../base/bytes.ts'
import { GETTERS, ratesFor } from './cast.ts'
import type { FishReport } from './fish-messages.ts'
import { Scene } from './scene.ts'

const PIECE_BYTES = 100

function report(picture: string, counts: Partial<FishReport> = {}): FishReport {
  const have = new Bitfield(picture.length)
  for (const [piece, letter] of [...picture].entries()) if (letter === '#') have.set(piece)
  return {
    event: 'report',
    doneBytes: have.count * PIECE_BYTES,
    givenBytes: 0,
    takenBytes: have.count * PIECE_BYTES,
    have: toHex(have.toBytes()),
    finished: false,
    ...counts,
  }
}

function scene(...pictures: readonly string[]): Scene {
  const pieces = pictures[0]?.length ?? 0
  const drawn = new Scene(pieces * PIECE_BYTES, pieces)
  for (const [i, name] of GETTERS.entries()) {
    const picture = pictures[i]
    if (picture !== undefined) drawn.heard(name, report(picture))
  }
  return drawn
}

test('a copy is out only when every piece is at one of the getters', () => {
  assert.equal(scene('..........').copyIsOut, false)
  assert.equal(scene('####......', '...###....', '......###.').copyIsOut, false)
  assert.equal(scene('####......', '...###....', '......####').copyIsOut, true)
  assert.equal(scene('#########.', '#########.', '#########.').copyIsOut, false)
  assert.equal(scene('..........', '##########', '..........').copyIsOut, true)
})

test('whoever has said nothing yet has nothing', () => {
  const drawn = new Scene(300, 3)
  assert.equal(drawn.copyIsOut, false)
  drawn.heard('Ben', { event: 'report', doneBytes: 0, givenBytes: 0, takenBytes: 0, finished: false })
  assert.equal(drawn.copyIsOut, false)
  assert.deepEqual(
    drawn.view().fish.map(({ state }) => state),
    ['whole', 'getting', 'waiting', 'waiting'],
  )
})

test('what the sharer itself has does not count as a copy', () => {
  const drawn = new Scene(300, 3)
  drawn.heard('Ana', report('###'))
  assert.equal(drawn.copyIsOut, false)
})

test('all pieces are not yet a whole file: that is said by the fish, when it is durable and named', () => {
  const drawn = scene('###', '#..', '...')
  assert.deepEqual(drawn.whole, [])
  drawn.heard('Ben', report('###', { finished: true }))
  assert.deepEqual(drawn.whole, ['Ben'])
  assert.equal(drawn.allWhole, false)
})

test('who had all of it when the sharer switched off is remembered', () => {
  const drawn = scene('###', '#..', '...')
  assert.equal(drawn.view().wholeWhenOff, undefined)
  drawn.heard('Ben', report('###', { finished: true }))
  drawn.left('Ana', { givenBytes: 300, takenBytes: 0 })
  drawn.heard('Caro', report('###', { finished: true }))
  assert.deepEqual(drawn.view().wholeWhenOff, ['Ben'])
})

test('what came from each other is what was taken less what the sharer gave, by its last count', () => {
  const drawn = scene('###', '###', '###')
  drawn.heard('Ana', report('###', { givenBytes: 250 }))
  drawn.left('Ana', { givenBytes: 360, takenBytes: 0 })
  drawn.heard('Ana', report('###', { givenBytes: 999 }))
  assert.equal(drawn.takenBytes, 900)
  assert.equal(drawn.givenBySharerBytes, 360)
  assert.equal(drawn.fromEachOtherShare, 0.6)
})

test('nothing taken, or less than was given, is no share and not a negative one', () => {
  assert.equal(new Scene(300, 3).fromEachOtherShare, 0)
  const drawn = scene('#..')
  drawn.left('Ana', { givenBytes: 500, takenBytes: 0 })
  assert.equal(drawn.fromEachOtherShare, 0)
})

test('a report about other pieces than those of the torrent is refused', () => {
  assert.throws(() => scene('###').heard('Ben', report('#'.repeat(17))), { code: 'BITFIELD_LENGTH' })
})

test('rates let the film take some ten seconds, and stay within what a small computer can do', () => {
  const film = ratesFor(256_000_000)
  // One copy out, and then what each misses at the rate of each.
  const outSeconds = 256e6 / film.sharerBytesPerSecond
  const missing = 256e6 * (2 / 3) - outSeconds * film.besideSharerBytesPerSecond
  const seconds = outSeconds + missing / film.amongGettersBytesPerSecond
  assert.ok(seconds > 9 && seconds < 15, `${seconds} s`)
  assert.ok(
    missing / film.besideSharerBytesPerSecond > 2 * outSeconds,
    'nobody is whole before the sharer left',
  )
  assert.ok(ratesFor(1).sharerBytesPerSecond >= 1_000_000)
  assert.ok(ratesFor(1e12).sharerBytesPerSecond <= 100_000_000)
})
