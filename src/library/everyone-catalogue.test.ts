import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { DAY, NOW } from '../../test/doubles/catalogues.ts'
import { digest } from '../../test/doubles/digest.ts'
import { utf8 } from '../base/bytes.ts'
import { openDatabase } from '../platform/database.ts'
import { EVERYONE } from '../protocol/catalogue/audience.ts'
import { EveryoneCatalogue } from './everyone-catalogue.ts'
import type { MediaFacts, WalkedFile } from './file-record.ts'
import { LIBRARY_SCHEMA, libraryStores } from './stores.ts'

const NOTHING = new Uint8Array(0)
const WHOLE = { first: true, last: true }
const MUSIC = '0000000000000001'
const OTHER = '0000000000000002'

function open(t: TestContext, folder = mkdtempSync(path.join(tmpdir(), 'shoal-everyone-'))) {
  const at = path.join(folder, 'library.db')
  const opened = openDatabase({ path: at, migrations: LIBRARY_SCHEMA })
  if (opened.kind !== 'opened') throw new Error(opened.code)
  const { database } = opened
  t.after(() => {
    if (database.isOpen) database.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const stores = libraryStores(database, digest)
  const catalogue = new EveryoneCatalogue(stores.writes, stores.withheld, digest)
  for (const source of ['mine', 'lists'] as const) stores.withheld.put(source, NOTHING, WHOLE)
  return { at, database, catalogue, ...stores }
}
type Rig = ReturnType<typeof open>

let inodes = 0
const walked = (at: string, lengthBytes = 10): WalkedFile => ({
  path: at,
  lengthBytes,
  modifiedMs: 1_700_000_000_000.25,
  inode: String(++inodes),
})

/** A library folder whose files are hashed; what is alike in name before a dash has the same content. */
function folder(rig: Rig, id: string, files: readonly WalkedFile[], facts: MediaFacts = {}): void {
  rig.folders.add(id, `/disk/${id}`, 1)
  rig.files.apply(id, { added: files, changed: [], gone: [], goneDirectories: [] })
  for (const waiting of rig.reading.unhashed(undefined, 5_000)) {
    const content = (waiting.path.split('/').at(-1) as string).split('-')[0] as string
    rig.reading.recordContent(waiting.id, waiting, {
      root: digest.sha256(utf8(content)),
      lengthBytes: waiting.lengthBytes,
    })
    rig.reading.recordFacts(waiting.id, waiting, 'audio/flac', facts)
  }
}

function offer(rig: Rig, id: string, files: readonly WalkedFile[], audience = 'everyone'): void {
  rig.writes.run(() => {
    const licence = audience === 'everyone' ? ({ kind: 'open', id: 'CC0-1.0' } as const) : null
    rig.folders.setAudience(id, { audience, licence, publisher: 'Caro' })
    rig.offers.make({ folder: id, audience, review: 'r', madeAtMs: 1, files, keptBack: [] })
  }, 'full')
  rig.offerStep.take(id)
  rig.catalogue.begin('changed')
}

function settle({ catalogue }: Rig, now = NOW): number {
  let steps = 1
  while (catalogue.step(now)) steps++
  return steps
}

const names = ({ catalogue }: Rig) => catalogue.seen('everyone', '', 0, 200).rows.map(({ name }) => name)

test('what is offered to everyone is seen by strangers with licence, facts and publisher, and nothing else is', (t) => {
  const rig = open(t)
  const files = [walked('live/a.flac'), walked('b.flac')]
  folder(rig, MUSIC, [...files, walked('left out.txt')], { artist: 'Zoë', camera: 'X' })
  folder(rig, OTHER, [walked('mine.txt')])
  assert.deepEqual(rig.catalogue.seen('everyone', '', 0, 10).head, null)
  offer(rig, MUSIC, files)
  offer(rig, OTHER, [walked('mine.txt')], 'link')
  settle(rig)
  const { rows, folders, head } = rig.catalogue.seen('everyone', '', 0, 10)
  assert.deepEqual([folders, head?.count], [[], 2])
  assert.deepEqual(
    rows.map(({ content: _, ...row }) => row),
    ['a.flac', 'b.flac'].map((name) => ({
      name,
      kind: 'audio',
      lengthBytes: 10,
      facts: { artist: 'Zoë' },
      licence: { kind: 'open', id: 'CC0-1.0' },
      publisher: 'Caro',
    })),
  )
})

test('an offer that ends takes its entries along in the same transaction, but for what another folder offers', (t) => {
  const rig = open(t)
  const [own, shared, same] = [walked('own.flac'), walked('x-1.flac'), walked('x-2.flac')]
  folder(rig, MUSIC, [own, shared])
  folder(rig, OTHER, [same])
  offer(rig, MUSIC, [own, shared])
  offer(rig, OTHER, [same])
  settle(rig)
  assert.equal(names(rig).length, 2)
  rig.writes.run(() => {
    rig.catalogue.end(MUSIC, NOW + 1)
    rig.offers.end(MUSIC)
  }, 'full')
  assert.deepEqual(names(rig), ['x-2.flac'])
  const before = rig.catalogue.store.state(EVERYONE)
  rig.catalogue.begin('all')
  settle(rig)
  assert.deepEqual(rig.catalogue.store.state(EVERYONE), before, 'nothing more was to be done')
})

test('when all sharing stops nothing is seen, also by who reads what a crash left', (t) => {
  const rig = open(t)
  const files = [walked('a.flac'), walked('b.flac')]
  folder(rig, MUSIC, files)
  offer(rig, MUSIC, files)
  settle(rig)
  rig.writes.run(() => {
    rig.catalogue.endAll(NOW + 1)
    rig.offers.endAll()
  }, 'full')
  const crashed = mkdtempSync(path.join(tmpdir(), 'shoal-everyone-'))
  for (const end of ['', '-wal']) cpSync(`${rig.at}${end}`, path.join(crashed, `library.db${end}`))
  const after = open(t, crashed)
  assert.deepEqual(names(after), [])
  settle(after, NOW + 2)
  assert.deepEqual([names(after), after.catalogue.seen('everyone', '', 0, 10).head?.count], [[], 0])
})

test('what vanished or got another name leaves; one file of two takes its place', (t) => {
  const rig = open(t)
  const [first, second, gone] = [walked('a-1.flac'), walked('a-2.flac'), walked('gone.flac')]
  folder(rig, MUSIC, [first, second, gone])
  offer(rig, MUSIC, [first, second, gone])
  settle(rig)
  assert.deepEqual(names(rig), ['a-1.flac', 'gone.flac'])
  const ids = rig.files
    .filesIn(MUSIC, '')
    .filter(({ name }) => name !== 'a-2.flac')
    .map(({ id }) => id)
  rig.files.apply(MUSIC, { added: [], changed: [], gone: ids, goneDirectories: [] })
  assert.equal(rig.offerStep.take(MUSIC).left, 2)
  rig.catalogue.begin('changed')
  settle(rig)
  assert.deepEqual(names(rig), ['a-2.flac'])
})

test('what is learned of files later comes in when all of it is gone through', (t) => {
  const rig = open(t)
  const files = [walked('a.flac')]
  folder(rig, MUSIC, files)
  offer(rig, MUSIC, files)
  settle(rig)
  const [known] = rig.files.filesIn(MUSIC, '')
  rig.reading.recordFacts(known?.id as number, files[0] as WalkedFile, 'video/mp4', { title: 'Late' })
  rig.catalogue.begin('all')
  settle(rig)
  const [row] = rig.catalogue.seen('everyone', '', 0, 10).rows
  assert.deepEqual([row?.kind, row?.facts], ['video', { title: 'Late' }])
})

test('a large offer comes in by steps, and goes at once', (t) => {
  const rig = open(t)
  const large = Array.from({ length: 1_200 }, (_, i) => walked(`${i}.flac`))
  const small = [walked('small.txt')]
  folder(rig, MUSIC, large)
  folder(rig, OTHER, small)
  offer(rig, MUSIC, large)
  offer(rig, OTHER, small)
  assert.ok(settle(rig) > 4)
  assert.equal(rig.catalogue.store.state(EVERYONE)?.count, 1_201)
  rig.writes.run(() => {
    rig.catalogue.end(MUSIC, NOW + 1)
    rig.offers.end(MUSIC)
  }, 'full')
  assert.deepEqual(names(rig), [])
  settle(rig, NOW + 2)
  assert.deepEqual(names(rig), ['small.txt'])
  const { count } = rig.database.prepare('SELECT count(*) AS count FROM catalogue_entries').get() as {
    count: number
  }
  assert.equal(count, 1)
})

test('its head is renewed while nothing changes', (t) => {
  const rig = open(t)
  const files = [walked('a.flac')]
  folder(rig, MUSIC, files)
  offer(rig, MUSIC, files)
  settle(rig)
  const before = rig.catalogue.store.state(EVERYONE)
  settle(rig, NOW + 4 * DAY)
  const after = rig.catalogue.store.state(EVERYONE)
  assert.deepEqual([after?.issued, after?.root], [NOW + 4 * DAY, before?.root])
})
