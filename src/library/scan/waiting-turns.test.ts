import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WaitingFile } from './scan-store.ts'
import { REST_MS, WaitingTurns } from './waiting-turns.ts'

const NOW = 1_000_000_000

function file(id: number, lengthBytes: number, changes: Partial<WaitingFile> = {}): WaitingFile {
  const path = `file ${id}`
  return { id, folder: 'a', path, lengthBytes, modifiedMs: NOW - 60_000.5, inode: String(id), ...changes }
}

/** Turns over a queue that a test changes. */
function queue(files: WaitingFile[], mayRead: (folder: string) => boolean = () => true) {
  let asked = 0
  const turns = new WaitingTurns((after, limit, folder) => {
    asked++
    const place = after ?? { lengthBytes: -1, id: -1 }
    return files
      .filter((waiting) => folder === undefined || waiting.folder === folder)
      .filter(
        ({ lengthBytes, id }) =>
          lengthBytes > place.lengthBytes || (lengthBytes === place.lengthBytes && id > place.id),
      )
      .sort((a, b) => a.lengthBytes - b.lengthBytes || a.id - b.id)
      .slice(0, limit)
  }, mayRead)
  const take = (count = 1, wallMs = NOW) => turns.next(count, 1_000, wallMs).map(({ id }) => id)
  return { turns, take, asked: () => asked }
}

test('the shortest come first, a batch holds so many bytes, and a long file comes alone', () => {
  const { take } = queue([file(1, 5_000), file(2, 600), file(3, 10), file(4, 500)])
  assert.deepEqual(take(10), [3, 4])
  assert.deepEqual(take(10), [2])
  assert.deepEqual(take(10), [1])
  assert.deepEqual(take(10), [])
})

test('a batch lies in the order of its inodes', () => {
  const inodes = ['100', '9', '18446744073709551615', '20']
  const { turns } = queue(inodes.map((inode, id) => file(id, 1, { inode })))
  assert.deepEqual(
    turns.next(10, 1_000, NOW).map(({ inode }) => inode),
    ['9', '20', '100', '18446744073709551615'],
  )
})

test('a folder that is preferred goes before, then the others follow', () => {
  const { turns, take } = queue([file(1, 1), file(2, 2, { folder: 'b' }), file(3, 3, { folder: 'b' })])
  turns.prefer('b')
  assert.deepEqual([take(), take(), take(), take()], [[2], [3], [1], []])
})

test('a file is not read sooner after its last change than another change would show', () => {
  const { turns, take } = queue([file(1, 1, { modifiedMs: NOW - 1_000 }), file(2, 2)])
  assert.deepEqual(take(10), [2])
  assert.equal(turns.nextAtMs(), NOW - 1_000 + REST_MS)
  assert.deepEqual(take(10, NOW + REST_MS - 1_001), [])
  assert.deepEqual(take(10, NOW + REST_MS - 1_000), [1])
})

test('a file of the future rests once and is then read', () => {
  const { take } = queue([file(1, 1, { modifiedMs: NOW + 1e9 })])
  assert.deepEqual(take(10), [])
  assert.deepEqual(take(10, NOW + REST_MS), [1])
})

test('a file that changes whenever it is read is asked about less and less, up to ten minutes', () => {
  const waiting = file(1, 1)
  const { turns, take } = queue([waiting])
  let now = NOW
  const pauses: number[] = []
  for (let time = 0; time < 12; time++) {
    assert.deepEqual(take(1, now), [1])
    turns.rest(waiting, now)
    const at = turns.nextAtMs() as number
    pauses.push((at - now) / 1_000)
    assert.deepEqual(take(1, at - 1), [])
    now = at
  }
  assert.deepEqual(pauses.slice(0, 4), [5, 10, 20, 40])
  assert.equal(pauses.at(-1), 600)
})

test('a file is out once at a time, and a new one that is shorter comes after waking', () => {
  const files = [file(1, 5), file(2, 6)]
  const { turns, take } = queue(files)
  assert.deepEqual(take(), [1])
  files.push(file(3, 1))
  turns.wake()
  assert.deepEqual([take(), take(), take()], [[3], [2], []])
})

test('files of a folder that may not be read are passed over in stretches, without end', () => {
  const files = Array.from({ length: 5_000 }, (_, id) => file(id, 1, { folder: 'gone' }))
  files.push(file(9_999, 2))
  let there = false
  const { turns, take, asked } = queue(files, (folder) => folder !== 'gone' || there)
  let found: number[] = []
  let calls = 0
  for (; turns.hasMore && found.length === 0; calls++) found = take()
  assert.deepEqual(found, [9_999])
  assert.ok(calls > 2 && calls < 5)
  assert.deepEqual(take(), [])
  const before = asked()
  assert.deepEqual(take(), [])
  assert.equal(asked(), before)
  there = true
  turns.wake()
  assert.deepEqual(take(), [0])
})

test('what rested and went is forgotten', () => {
  const files = [file(1, 1)]
  const { turns, take } = queue(files)
  take()
  turns.rest(files[0] as WaitingFile, NOW)
  files.pop()
  assert.deepEqual(take(1, NOW + 10_000), [])
  assert.equal(turns.nextAtMs(), undefined)
})

test('what became due while the others were gone through is not forgotten, however many they are', () => {
  const fresh = [file(1, 1, { modifiedMs: NOW - 1_000 }), file(2, 1, { modifiedMs: NOW - 1_000 })]
  const files = [...fresh, ...Array.from({ length: 1_000 }, (_, id) => file(100 + id, 2))]
  const { turns } = queue(files)
  // Each batch takes its time: the first two, too fresh at first, are due before the end is reached.
  for (let now = NOW; now < NOW + 60_000; now += 200)
    for (const taken of turns.next(64, 1_000, now)) {
      files.splice(files.indexOf(taken), 1)
      turns.done(taken)
    }
  assert.deepEqual(files, [])
})
