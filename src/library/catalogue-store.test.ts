import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { DAY, NOW, SEED, signatures } from '../../test/doubles/catalogues.ts'
import { digest } from '../../test/doubles/digest.ts'
import { toHex, utf8 } from '../base/bytes.ts'
import { inTransaction } from '../base/transaction.ts'
import { type OpenedDatabase, openDatabase } from '../platform/database.ts'
import { catalogueAudience, EVERYONE } from '../protocol/catalogue/audience.ts'
import { emptyRoot, encodeHead, signHead } from '../protocol/catalogue/head.ts'
import { checkHit } from '../protocol/catalogue/hit.ts'
import { Replica } from '../protocol/catalogue/replica.ts'
import { CatalogueTree } from '../protocol/catalogue/tree.ts'
import { type CatalogueState, CatalogueStore } from './catalogue-store.ts'
import { CatalogueView } from './catalogue-view.ts'
import type { OfferedFile } from './offered-file.ts'

const BAND = catalogueAudience('circle:band')
const MIGRATIONS = new URL('./schema/', import.meta.url)
const tools = { digest, wordsOfName: (name: string) => name.toLowerCase().split(/[^\p{L}\p{N}]+/u) }

interface Rig {
  readonly database: DatabaseSync
  readonly store: CatalogueStore
  readonly view: CatalogueView
  readonly file: string
}

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'shoal-catalogue-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function open(t: TestContext, folder = folderFor(t), treeEntries?: number): Rig {
  const file = path.join(folder, 'library.db')
  const opened = openDatabase({ path: file, migrations: MIGRATIONS })
  assert.equal(opened.kind, 'opened', JSON.stringify(opened))
  const { database } = opened as OpenedDatabase
  t.after(() => database.isOpen && database.close())
  return {
    database,
    store: new CatalogueStore(database, tools, treeEntries),
    view: new CatalogueView(database),
    file,
  }
}

function file(number: number, changes: Partial<OfferedFile> = {}): OfferedFile {
  return {
    content: { root: digest.sha256(utf8(`content ${number}`)), lengthBytes: 1_000 + number },
    name: `Song ${number}.flac`,
    kind: 'audio',
    facts: { durationSeconds: 61.5, artist: 'Zoë', camera: 'X100', takenAt: '2024-05-01T10:00:00Z' },
    licence: { kind: 'own-work' },
    publisher: undefined,
    folders: ['Music'],
    ...changes,
  }
}

const seen = ({ store, view }: Rig, audience = EVERYONE, at = '') =>
  view.page(store.state(audience) as CatalogueState, at, 0, 200)
const names = (rig: Rig) => seen(rig).rows.map(({ name }) => name)
const headOf = (state: CatalogueState) => signHead(state, SEED, signatures)

test('strangers get each content once, with licence and words, without folder, time and camera', (t) => {
  const rig = open(t)
  const copy = file(1, { name: 'Copy of song 1.flac', folders: ['Other'] })
  const state = rig.store.publish(EVERYONE, [file(2), file(1), copy], NOW)
  assert.deepEqual([state.count, state.totalBytes], [2, 2_003])
  const page = seen(rig)
  assert.deepEqual([page.folders, page.total, page.totalBytes], [[], 2, 2_003])
  assert.deepEqual(
    page.rows.map(({ content: _, ...row }) => row),
    [
      {
        name: 'Song 1.flac',
        kind: 'audio',
        lengthBytes: 1_001,
        facts: { artist: 'Zoë', durationSeconds: 61.5 },
        licence: { kind: 'own-work', id: null },
        publisher: null,
      },
      {
        name: 'Song 2.flac',
        kind: 'audio',
        lengthBytes: 1_002,
        facts: { artist: 'Zoë', durationSeconds: 61.5 },
        licence: { kind: 'own-work', id: null },
        publisher: null,
      },
    ],
  )
  for (const { content } of page.rows) assert.match(content, /^[0-9a-f]{64}-100[12]$/)
  assert.deepEqual(page.head, {
    seq: state.seq,
    root: toHex(state.root),
    count: 2,
    issued: NOW,
    expiresMs: (NOW + 7 * DAY) * 1_000,
  })
})

test('what has no licence is not told to strangers', (t) => {
  const rig = open(t)
  rig.store.publish(EVERYONE, [file(1, { licence: undefined }), file(2)], NOW)
  assert.deepEqual(names(rig), ['Song 2.flac'])
})

test('members see folders with what is in them, and every file of them', (t) => {
  const rig = open(t)
  rig.store.publish(
    BAND,
    [
      file(1, { folders: ['Music', 'Live'], licence: undefined }),
      file(1, { folders: ['Music'] }),
      file(2, { folders: ['Music'] }),
      file(3, { folders: ['Music 2'] }),
      file(4, { folders: [] }),
    ],
    NOW,
  )
  const top = seen(rig, BAND)
  assert.deepEqual(top.folders, [
    { name: 'Music', files: 3, totalBytes: 3_004 },
    { name: 'Music 2', files: 1, totalBytes: 1_003 },
  ])
  assert.deepEqual(
    top.rows.map(({ name }) => name),
    ['Song 4.flac'],
  )
  assert.deepEqual([top.total, top.totalBytes], [3, 5_011])
  const music = seen(rig, BAND, 'Music')
  assert.deepEqual(music.folders, [{ name: 'Live', files: 1, totalBytes: 1_001 }])
  assert.deepEqual([music.rows.length, music.total, music.totalBytes], [2, 3, 3_004])
  const second = rig.view.page(rig.store.state(BAND) as CatalogueState, 'Music', 1, 1)
  assert.deepEqual([second.folders, second.rows.map(({ name }) => name)], [[], ['Song 1.flac']])
  assert.equal(rig.store.state(EVERYONE), undefined)
})

/** What is offered to whom after each step, and what the store makes of it. */
const step = fc.oneof(
  fc.record({
    kind: fc.constant('publish' as const),
    files: fc.array(fc.nat({ max: 12 }), { maxLength: 12 }),
  }),
  fc.record({
    kind: fc.constant('refresh' as const),
    files: fc.array(fc.nat({ max: 12 }), { maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant('empty' as const) }),
  fc.record({ kind: fc.constant('renew' as const) }),
  fc.record({ kind: fc.constant('restart' as const) }),
)

/** Two names of one content, so that the one left stands when the other goes. */
const drawn = (number: number) => file(number >> 1, { name: `${number}.flac` })
const rootOf = (numbers: ReadonlySet<number>) => {
  const firsts = new Map<number, number>()
  for (const number of [...numbers].sort((a, b) => a - b))
    if (!firsts.has(number >> 1)) firsts.set(number >> 1, number)
  return firsts
}

for (const treeEntries of [undefined, 0])
  test(`after any steps the catalogue is what is offered, its number rises, and copies can follow (${treeEntries ?? 'tree'})`, (t) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const folder = folderFor(t)
        let rig = open(t, folder, treeEntries)
        let offered = new Set<number>()
        let now = NOW
        let seq = 0
        const copies: { root: Uint8Array; tree: CatalogueTree }[] = []
        for (const step of steps) {
          now += DAY / 4
          if (step.kind === 'publish') {
            offered = new Set(step.files)
            rig.store.publish(EVERYONE, step.files.map(drawn), now)
          } else if (step.kind === 'refresh') {
            for (const number of step.files) {
              if (offered.has(number)) offered.delete(number)
              else offered.add(number)
            }
            const contents = step.files.map((number) => drawn(number).content)
            const pairs = new Set(step.files.map((number) => number >> 1))
            const same = [...offered].filter((number) => pairs.has(number >> 1))
            rig.store.refresh(EVERYONE, contents, same.reverse().map(drawn), now)
          } else if (step.kind === 'empty') {
            offered = new Set()
            rig.store.empty(now)
          } else if (step.kind === 'renew') rig.store.renew(now + 4 * DAY)
          else {
            rig.database.close()
            rig = open(t, folder, treeEntries)
          }
          while (rig.store.sweep(now)) assert.ok(true)
          const state = rig.store.state(EVERYONE)
          if (state === undefined) continue
          assert.ok(state.seq >= seq)
          const firsts = rootOf(offered)
          assert.deepEqual(names(rig), [...firsts.values()].map((number) => `${number}.flac`).sort())
          assert.equal(state.count, firsts.size)
          const whole = new Replica(
            { from: emptyRoot(digest), tree: CatalogueTree.EMPTY, head: headOf(state) },
            digest,
          )
          const taken = whole.take(rig.store.page(EVERYONE, undefined, undefined) as Uint8Array)
          assert.ok(taken.ok && taken.done, JSON.stringify(taken))
          for (const { root, tree } of copies) {
            const page = rig.store.page(EVERYONE, root, undefined)
            if (page === undefined) continue
            const taken = new Replica({ from: root, tree, head: headOf(state) }, digest).take(page)
            assert.ok(taken.ok && taken.done, JSON.stringify(taken))
          }
          if (state.seq > seq) copies.push({ root: state.root, tree: whole.tree })
          seq = state.seq
        }
        rig.database.close()
      }),
      { seed: 51, numRuns: 8 },
    )
  })

test('what changed since a copy is told in one page, and only that', (t) => {
  const { store } = open(t)
  const before = store.publish(
    EVERYONE,
    Array.from({ length: 300 }, (_, i) => file(i)),
    NOW,
  )
  const same = store.publish(
    EVERYONE,
    Array.from({ length: 300 }, (_, i) => file(299 - i)),
    NOW + 1,
  )
  assert.deepEqual(same, before)
  store.refresh(EVERYONE, [file(7).content], [], NOW + 2)
  store.refresh(EVERYONE, [file(8).content], [file(8, { name: 'New.flac' })], NOW + 3)
  store.refresh(EVERYONE, [file(9).content], [], NOW + 4)
  const after = store.refresh(EVERYONE, [file(9).content], [file(9)], NOW + 5)
  assert.equal(after.count, 299)
  const tree = CatalogueTree.EMPTY
  const whole = new Replica({ from: emptyRoot(digest), tree, head: headOf(before) }, digest)
  assert.ok(whole.take(store.page(EVERYONE, before.root, undefined) as Uint8Array).ok === false)
  const page = store.page(EVERYONE, before.root, undefined) as Uint8Array
  assert.ok(page.length < 600, `${page.length} bytes`)
  assert.equal(store.page(EVERYONE, digest.sha256(utf8('of nobody')), undefined), undefined)
})

test('a stranger believes an entry by its way to the signed root', (t) => {
  const { store, database } = open(t)
  store.publish(EVERYONE, [file(1), file(2), file(3)], NOW)
  const state = store.state(EVERYONE) as CatalogueState
  const keys = database.prepare('SELECT key FROM catalogue_entries').all() as { key: Uint8Array }[]
  assert.equal(keys.length, 3)
  for (const { key } of keys) {
    const proof = store.proof(EVERYONE, key)
    assert.ok(proof !== undefined)
    const hit = { ...proof, head: encodeHead(headOf(state)) }
    assert.equal(checkHit(hit, { audience: EVERYONE, now: NOW }, digest, signatures).ok, true)
  }
  assert.equal(store.proof(EVERYONE, new Uint8Array(32)), undefined)
})

test('when all sharing stops nothing is seen from then on, also by who reads what a crash left', (t) => {
  const folder = folderFor(t)
  const rig = open(t, folder)
  rig.store.publish(
    EVERYONE,
    Array.from({ length: 50 }, (_, i) => file(i)),
    NOW,
  )
  const full = rig.store.publish(BAND, [file(1)], NOW)
  const emptied = rig.store.empty(NOW + 1)
  assert.deepEqual(
    emptied.map(({ count, totalBytes, seq }) => [count, totalBytes, seq > full.seq]),
    [
      [0, 0, true],
      [0, 0, true],
    ],
  )
  // Not closed: what is durable now, and no more.
  const crashed = folderFor(t)
  for (const end of ['', '-wal']) cpSync(`${rig.file}${end}`, path.join(crashed, `library.db${end}`))
  const after = open(t, crashed)
  assert.deepEqual(after.store.states(), emptied)
  assert.deepEqual([seen(after).rows, seen(after, BAND).folders], [[], []])
  assert.equal(toHex((after.store.state(EVERYONE) as CatalogueState).root), toHex(emptyRoot(digest)))
  const head = headOf(after.store.state(EVERYONE) as CatalogueState)
  assert.deepEqual([head.count, seen(after).head?.count], [0, 0])
  // What it offers next never meets what it offered before.
  after.store.publish(EVERYONE, [file(99)], NOW + 2)
  while (after.store.sweep(NOW + 2)) assert.ok(true)
  assert.deepEqual(names(after), ['Song 99.flac'])
  const { count } = after.database.prepare('SELECT count(*) AS count FROM catalogue_entries').get() as {
    count: number
  }
  assert.equal(count, 1)
})

test('however much there is, the root is the same whether kept as a tree or in parts', (t) => {
  const [tree, parts] = [open(t), open(t, undefined, 0)]
  const many = Array.from({ length: 4_500 }, (_, i) => file(i))
  const roots = ({ store, database }: Rig) => {
    const told = [store.publish(EVERYONE, many, NOW)]
    for (let i = 0; i < 3; i++) {
      const contents = many.slice(i * 100, i * 100 + 40).map(({ content }) => content)
      told.push(store.refresh(EVERYONE, contents, i === 1 ? [] : [file(i * 100, { name: 'again' })], NOW + i))
    }
    const undone = () =>
      inTransaction(database, () => {
        store.refresh(EVERYONE, [file(4_000).content], [], NOW + 4)
        throw new Error('undone')
      })
    assert.throws(undone, /undone/)
    told.push(store.refresh(EVERYONE, [file(4_001).content], [], NOW + 5))
    return told.map(({ root, count }) => [toHex(root), count])
  }
  assert.deepEqual(roots(parts), roots(tree))
})

test('a transaction that is undone leaves catalogue, number and tree as they were', (t) => {
  const rig = open(t)
  const before = rig.store.publish(EVERYONE, [file(1), file(2)], NOW)
  const undone = () =>
    inTransaction(rig.database, () => {
      rig.store.refresh(EVERYONE, [file(3).content], [file(3)], NOW + 1)
      throw new Error('disk full')
    })
  assert.throws(undone, /disk full/)
  assert.deepEqual(rig.store.state(EVERYONE), before)
  const after = rig.store.refresh(EVERYONE, [file(1).content], [], NOW + 2)
  const fresh = open(t).store.publish(EVERYONE, [file(2)], NOW)
  assert.equal(toHex(after.root), toHex(fresh.root))
})

test('a head is renewed at half its life, and a clock that went back never repeats a number', (t) => {
  const { store } = open(t)
  const first = store.publish(EVERYONE, [file(1)], NOW)
  assert.ok(first.seq >= NOW)
  assert.deepEqual(store.renew(NOW + 3 * DAY), [])
  const [renewed] = store.renew(NOW + 4 * DAY) as [CatalogueState]
  assert.deepEqual(
    [renewed.seq, renewed.issued, renewed.expires, toHex(renewed.root)],
    [NOW + 4 * DAY, NOW + 4 * DAY, NOW + 11 * DAY, toHex(first.root)],
  )
  const back = store.publish(EVERYONE, [], NOW - 400 * DAY)
  assert.equal(back.seq, renewed.seq + 1)
})

test('names and facts of any kind become entries', (t) => {
  const { store } = open(t)
  const odd = fc.record({
    name: fc.string({ unit: 'binary', maxLength: 400 }),
    publisher: fc.option(fc.string({ unit: 'binary', maxLength: 500 }), { nil: undefined }),
    facts: fc.record({
      title: fc.string({ unit: 'binary', maxLength: 500 }),
      codec: fc.string({ unit: 'grapheme', maxLength: 80 }),
      durationSeconds: fc.double(),
      year: fc.integer(),
    }),
    folders: fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { maxLength: 120 }),
  })
  fc.assert(
    fc.property(odd, (changes) => {
      for (const audience of [EVERYONE, BAND])
        assert.equal(store.publish(audience, [file(1, changes)], NOW).count, 1)
    }),
    { seed: 52, numRuns: 100 },
  )
})
