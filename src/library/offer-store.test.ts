import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { openDatabase } from '../platform/database.ts'
import { SystemDigest } from '../platform/digest.ts'
import { contentKeysOf } from './content-keys.ts'
import type { WalkedFile } from './file-record.ts'
import type { FileChanges } from './file-store.ts'
import { LIBRARY_SCHEMA, libraryStores } from './stores.ts'

const FOLDER = '0000000000000001'
const NOTHING: FileChanges = { added: [], changed: [], gone: [], goneDirectories: [] }
const digest = new SystemDigest()

function scene(t: TestContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'shoal-offers-'))
  const at = path.join(folder, 'library.db')
  const open = () => {
    const opened = openDatabase({ path: at, migrations: LIBRARY_SCHEMA })
    if (opened.kind !== 'opened') throw new Error(opened.code)
    return { database: opened.database, ...libraryStores(opened.database, digest) }
  }
  let now = open()
  t.after(() => {
    now.database.close()
    rmSync(folder, { recursive: true, force: true })
  })
  now.folders.add(FOLDER, '/music', 1)
  return {
    now: () => now,
    /** Without closing: as a kill leaves it. */
    again: () => {
      now.database.close()
      now = open()
      return now
    },
    add: (...files: WalkedFile[]) => now.files.apply(FOLDER, { ...NOTHING, added: files }),
  }
}

let inodes = 0
const walked = (at: string, lengthBytes = 10): WalkedFile => ({
  path: at,
  lengthBytes,
  modifiedMs: 1_700_000_000_000.25,
  inode: String(++inodes),
})
const root = (byte: number) => new Uint8Array(32).fill(byte)

function offerOf(files: readonly WalkedFile[], more: object = {}) {
  return { folder: FOLDER, audience: 'everyone', review: 'r', madeAtMs: 5, files, keptBack: [], ...more }
}

function hash(stores: ReturnType<ReturnType<typeof scene>['now']>, name: string, byte: number): void {
  const [file] = stores.reading.unhashed(undefined, 100).filter((waiting) => waiting.path === name)
  assert.ok(file)
  assert.ok(stores.reading.recordContent(file.id, file, { root: root(byte), lengthBytes: file.lengthBytes }))
}

const paths = (files: readonly { path: string }[]) => files.map((file) => file.path)

test('an offer holds exactly what was looked at; what appears or changes waits, what vanishes leaves', (t) => {
  const { now, add } = scene(t)
  const { offers, offerStep, files } = now()
  const [a, b] = [walked('a.mp3'), walked('x/b.mp3')]
  add(a, b)
  offers.make(offerOf([a, b]))
  assert.deepEqual(offerStep.take(FOLDER), { offerChanged: false, left: 0, proposals: 0 })
  add(walked('c.mp3', 30))
  const [known] = files.filesIn(FOLDER, 'x')
  files.apply(FOLDER, {
    ...NOTHING,
    changed: [{ id: known?.id as number, lengthBytes: 11, modifiedMs: 2, inode: 'z' }],
  })
  assert.deepEqual(offerStep.take(FOLDER), { offerChanged: true, left: 1, proposals: 2 })
  assert.deepEqual(paths(offers.files(FOLDER)), ['a.mp3'])
  const { total, totalBytes, files: waiting } = offers.proposals(FOLDER, 0, 10)
  assert.deepEqual([total, totalBytes], [2, 41])
  assert.deepEqual(
    waiting.map(({ path: at, why }) => [at, why]),
    [
      ['c.mp3', 'new'],
      ['x/b.mp3', 'changed'],
    ],
  )
  files.apply(FOLDER, { ...NOTHING, gone: files.filesIn(FOLDER, '').map(({ id }) => id) })
  assert.deepEqual(offerStep.take(FOLDER), { offerChanged: true, left: 1, proposals: 1 })
  assert.deepEqual(offers.files(FOLDER), [])
})

test('what was left out or dismissed is not proposed until it changes', (t) => {
  const { now, add } = scene(t)
  const { offers, offerStep, files } = now()
  const [a, key, more] = [walked('a'), walked('key'), walked('more')]
  add(a, key)
  offers.make(offerOf([a], { keptBack: [key] }))
  add(more)
  assert.equal(offerStep.take(FOLDER).proposals, 1)
  offers.dismiss(FOLDER)
  assert.equal(offerStep.take(FOLDER).proposals, 0)
  const changed = files.filesIn(FOLDER, '').filter(({ name }) => name !== 'a')
  files.apply(FOLDER, { ...NOTHING, changed: changed.map((file) => ({ ...file, modifiedMs: 9 })) })
  assert.equal(offerStep.take(FOLDER).proposals, 2)
  assert.deepEqual(
    offers.proposals(FOLDER, 0, 10).files.map(({ path: at, why }) => [at, why]),
    [
      ['key', 'changed'],
      ['more', 'changed'],
    ],
  )
})

test('what is accepted joins the offer, and only that', (t) => {
  const { now, add } = scene(t)
  const { offers, offerStep } = now()
  const [a, b, c] = [walked('a'), walked('b'), walked('c')]
  add(a)
  offers.make(offerOf([a]))
  add(b, c)
  offerStep.take(FOLDER)
  offers.extend({ folder: FOLDER, review: 's', files: [b], keptBack: [c] })
  assert.deepEqual(paths(offers.files(FOLDER)), ['a', 'b'])
  assert.deepEqual(offerStep.take(FOLDER), { offerChanged: false, left: 0, proposals: 0 })
})

test('everyone gets a file by its content once it is hashed, people with the link and nobody do not', (t) => {
  const { now, add } = scene(t)
  const { offers, offerStep } = now()
  const [a, b] = [walked('a'), walked('x/b')]
  add(a, b)
  offers.make(offerOf([a, b]))
  const { infohash20, tag20 } = contentKeysOf({ root: root(7), lengthBytes: 10 }, digest)
  assert.equal(offers.byInfohash(infohash20), undefined)
  hash(now(), 'x/b', 7)
  assert.equal(offerStep.take(FOLDER).offerChanged, true)
  const place = {
    root: root(7),
    path: '/music/x/b',
    lengthBytes: 10,
    modifiedMs: b.modifiedMs,
    inode: b.inode,
  }
  assert.deepEqual(offers.byInfohash(infohash20), place)
  assert.deepEqual(offers.byTag(tag20), place)
  assert.deepEqual(offers.infohashesAfter(undefined, 10), [infohash20])
  assert.deepEqual(offers.infohashesAfter(infohash20, 10), [])
  offers.narrow(FOLDER, 'link')
  assert.equal(offers.byInfohash(infohash20), undefined)
  assert.deepEqual(offers.infohashesAfter(undefined, 10), [])
})

test('a copy is what is offered instead of its file, by its own content', (t) => {
  const { now, add } = scene(t)
  const { offers, offerStep } = now()
  const photo = walked('p.jpg')
  add(photo)
  const copy = { path: '/state/p.jpg', lengthBytes: 8, modifiedMs: 3, inode: '77', root: root(9) }
  offers.make(offerOf([{ ...photo, copy } as never]))
  hash(now(), 'p.jpg', 5)
  offerStep.take(FOLDER)
  const keys = (byte: number, lengthBytes: number) =>
    contentKeysOf({ root: root(byte), lengthBytes }, digest).infohash20
  assert.equal(offers.byInfohash(keys(9, 8))?.path, '/state/p.jpg')
  assert.equal(offers.byInfohash(keys(5, 10)), undefined, 'the photo with its place is not offered')
  assert.deepEqual([offers.files(FOLDER)[0]?.copy, offers.copyPaths()], [copy, ['/state/p.jpg']])
})

test('an end holds at once and after the next start; what is left goes in slices', (t) => {
  const { now, add, again } = scene(t)
  const many = Array.from({ length: 2_500 }, (_, at) => walked(`f${at}`))
  add(...many)
  now().folders.setAudience(FOLDER, {
    audience: 'everyone',
    licence: { kind: 'own-work', id: null },
    publisher: null,
  })
  now().offers.make(offerOf(many))
  assert.equal(now().offers.find(FOLDER)?.files, 2_500)
  now().offers.endAll()
  const { offers, folders } = again()
  assert.deepEqual([offers.all(), offers.find(FOLDER), offers.files(FOLDER)], [[], undefined, []])
  assert.equal(folders.get(FOLDER).audience, 'me')
  assert.deepEqual([offers.removeSome(), offers.removeSome(), offers.removeSome()], [true, true, false])
  offers.make(offerOf(many.slice(0, 1)))
  assert.equal(offers.find(FOLDER)?.files, 1)
})

test('answers are found for the unchanged file only, and forgotten when they are taken back', (t) => {
  const { now, again } = scene(t)
  const file = { path: '/music/a', lengthBytes: 10, modifiedMs: 1.5 }
  now().answers.keep(
    [
      { file, class: 'tax', answer: 'share' },
      { file, class: 'wallet', answer: 'leave-out' },
    ],
    'link',
    7,
  )
  const { answers } = again()
  assert.equal(answers.of(file).length, 2)
  assert.deepEqual(answers.of({ ...file, modifiedMs: 2 }), [])
  answers.keep([{ file, class: 'tax', answer: null }], 'link', 8)
  assert.deepEqual(
    answers.of(file).map((row) => ({ ...row })),
    [{ class: 'wallet', answer: 'leave-out', audience: 'link' }],
  )
  assert.equal(answers.list(0, 10).total, 1)
  answers.forget(undefined)
  assert.deepEqual(answers.list(0, 10), { total: 0, answers: [] })
})
