import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BLOCK_BYTES } from '../../metainfo/geometry.ts'
import { BufferPool } from './buffer-pool.ts'
import { Stretch } from './stretch.ts'

/** `.` missing, `r` reserved, `l` lent, `m` in memory, `d` on disk only, `b` both. */
function stretchOf(scene: string, lastBytes = BLOCK_BYTES) {
  const share = new BufferPool(1_048_576).share(() => {})
  const stretch = new Stretch(0, 0, scene.length, (scene.length - 1) * BLOCK_BYTES + lastBytes)
  for (const [block, what] of [...scene].entries()) if (what === 'd') stretch.presentOnDisk(block)
  const lease = share.tryTake(stretch.lengthBytes)
  if (lease === undefined) throw new Error('no memory')
  stretch.hold(lease)
  for (const [block, what] of [...scene].entries()) {
    if (what === 'r') stretch.reserve(block)
    if (!'lmb'.includes(what)) continue
    stretch.lend(block)
    if (what === 'l') continue
    stretch.stored(block)
    if (what === 'b') stretch.markWritten({ first: block, last: block })
  }
  return { stretch, share }
}

test('runs of what must be written, and of what must be read back', () => {
  const { stretch } = stretchOf('mm.mbdd.m')
  assert.deepEqual(stretch.unwrittenRuns(), [
    { first: 0, last: 1 },
    { first: 3, last: 3 },
    { first: 8, last: 8 },
  ])
  assert.deepEqual(stretch.unreadRuns(), [{ first: 5, last: 6 }])
  assert.equal(stretch.missing, 2)
  assert.equal(stretch.unwritten, 4)
})

test('complete, written and in memory are three things', () => {
  assert.deepEqual(facts('mmd'), { complete: true, written: false, wholeInMemory: false })
  assert.deepEqual(facts('mmm'), { complete: true, written: false, wholeInMemory: true })
  assert.deepEqual(facts('bbd'), { complete: true, written: true, wholeInMemory: false })
  assert.deepEqual(facts('bb.'), { complete: false, written: false, wholeInMemory: false })
})

function facts(scene: string) {
  const { complete, written, wholeInMemory } = stretchOf(scene).stretch
  return { complete, written, wholeInMemory }
}

test('memory is given back only when nothing needs it', () => {
  assert.equal(stretchOf('l.').stretch.dropMemory(), false, 'somebody writes into it')
  assert.equal(stretchOf('m.').stretch.dropMemory(), false, 'it is nowhere else')
  const { stretch, share } = stretchOf('br')
  stretch.writing = true
  assert.equal(stretch.dropMemory(), false)
  stretch.writing = false
  stretch.hashing = true
  assert.equal(stretch.dropMemory(), false)
  stretch.hashing = false
  assert.equal(stretch.dropMemory(), true)
  assert.equal(share.heldBytes, 0)
  assert.deepEqual(stretch.unreadRuns(), [{ first: 0, last: 0 }])
})

test('the last block is as short as the piece', () => {
  const { stretch } = stretchOf('..', 100)
  assert.equal(stretch.lend(0).length, BLOCK_BYTES)
  assert.equal(stretch.lend(1).length, 100)
  assert.equal(stretch.view({ first: 0, last: 1 }).length, BLOCK_BYTES + 100)
})

test('forgetting a block keeps the counts', () => {
  const { stretch } = stretchOf('mbd.')
  assert.equal(stretch.reset(3), false)
  for (const block of [0, 1, 2]) assert.equal(stretch.reset(block), true)
  assert.equal(stretch.missing, 4)
  assert.equal(stretch.unwritten, 0)
  assert.equal(stretch.dropMemory(), true)
})

test('what was read back can be made to count as unwritten', () => {
  const { stretch } = stretchOf('dd')
  stretch.markRead({ first: 0, last: 1 })
  assert.equal(stretch.wholeInMemory, true)
  stretch.distrustDisk()
  assert.equal(stretch.unwritten, 2)
  stretch.markWritten({ first: 0, last: 1 })
  assert.equal(stretch.written, true)
})
