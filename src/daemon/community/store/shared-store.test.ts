// What members offer, in a database of its own.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { entryNamed } from '../../../../test/doubles/catalogue-shelf.ts'
import { Member } from '../../../../test/doubles/circle-members.ts'
import { digest } from '../../../../test/doubles/digest.ts'
import type { CatalogueChange } from '../../../community/catalogue/catalogue-records.ts'
import { contentIdText, parseContentId } from '../../../metainfo/content-id.ts'
import { SystemSignatures } from '../../../platform/signatures.ts'
import { catalogueAudience } from '../../../protocol/catalogue/audience.ts'
import { type CatalogueEntry, encodeEntry, entryKey, leafHash } from '../../../protocol/catalogue/entry.ts'
import { emptyRoot, encodeHead, signHead } from '../../../protocol/catalogue/head.ts'
import { Replica } from '../../../protocol/catalogue/replica.ts'
import { CatalogueTree } from '../../../protocol/catalogue/tree.ts'
import { SharedCatalogues } from './shared-catalogues.ts'
import { SharedSearch } from './shared-search.ts'
import { Wishes } from './wishes.ts'

const AUDIENCE = catalogueAudience(`circle:${'a'.repeat(52)}`)
const anna = new Member(1)
const ben = new Member(2)

function opened() {
  const database = new DatabaseSync(':memory:')
  database.exec(readFileSync(new URL('../schema/0004-files.sql', import.meta.url), 'utf8'))
  return { database, records: new SharedCatalogues(database, digest), search: new SharedSearch(database) }
}

function headOf(member: Member, entries: readonly CatalogueEntry[], seq: number) {
  const leaves = entries.map((entry) => ({
    key: entryKey(entry, digest),
    hash: leafHash(encodeEntry(entry), digest),
  }))
  const root = CatalogueTree.of(leaves).root(digest)
  const facts = { audience: AUDIENCE, seq, count: entries.length, root, issued: 1, expires: 9_999 }
  return signHead(facts, member.seed, new SystemSignatures())
}

function keep(
  records: SharedCatalogues,
  member: Member,
  entries: readonly CatalogueEntry[],
  seq: number,
  change: Partial<CatalogueChange> = {},
) {
  const head = encodeHead(headOf(member, entries, seq))
  const added = entries.map((entry) => ({ key: entryKey(entry, digest), bytes: encodeEntry(entry), entry }))
  records.change(
    { author: member.device, audience: AUDIENCE, head, whole: head, twofold: false },
    { anew: true, added, removed: [], ...change },
  )
}

test('what changed is told to whoever has the state before, and makes the signed root', () => {
  const { records } = opened()
  const [one, two, three] = ['Nest one', 'Nest two', 'Nest three'].map((name) => entryNamed(name)) as [
    CatalogueEntry,
    CatalogueEntry,
    CatalogueEntry,
  ]
  keep(records, anna, [one, two], 1)
  const before = headOf(anna, [one, two], 1)
  const tree = CatalogueTree.of(records.leaves({ author: anna.device, audience: AUDIENCE }))
  const added = [{ key: entryKey(three, digest), bytes: encodeEntry(three), entry: three }]
  keep(records, anna, [two, three], 2, { anew: false, added, removed: [entryKey(one, digest)] })
  const head = headOf(anna, [two, three], 2)
  for (const [from, start] of [
    [before.root, tree],
    [emptyRoot(digest), CatalogueTree.EMPTY],
  ] as const) {
    const page = records.page({ author: anna.device, audience: AUDIENCE }, from, undefined) ?? assert.fail()
    const taken = new Replica({ from, tree: start, head }, digest).take(page)
    assert.ok(taken.ok && taken.done)
  }
  assert.equal(
    records.page({ author: anna.device, audience: AUDIENCE }, new Uint8Array(32), undefined),
    undefined,
  )
})

test('one content stands once, with everybody who offers it; words, phrases, exclusions and filters find it', () => {
  const { records, search } = opened()
  const nest = entryNamed('Das Nest im Garten.pdf', 1)
  const same = { ...nest, name: 'Nest (copy).pdf', words: ['copy', 'nest'] }
  const song = entryNamed('Garden song.mp3', 2)
  keep(records, anna, [nest, { ...song, kind: 'audio' }], 1)
  keep(records, ben, [same], 1)
  const names = (words: string, typing = false) =>
    search
      .find(words, typing, [AUDIENCE], new Member(9).device, 0, 10)
      .contents.map(({ entry }) => entry.name)
  assert.equal(
    search.find('nest', false, [AUDIENCE], new Member(9).device, 0, 10).contents[0]?.holders.length,
    2,
  )
  assert.equal(names('nest').length, 1)
  assert.deepEqual(names('gar', true).sort(), ['Das Nest im Garten.pdf', 'Garden song.mp3'])
  assert.deepEqual(names('"im garten"'), ['Das Nest im Garten.pdf'])
  assert.deepEqual(names('shared -nest'), ['Garden song.mp3'])
  assert.deepEqual(names('shared type:audio'), ['Garden song.mp3'])
  assert.deepEqual(names('") OR name:*'), [])
  assert.equal(names('').length, 2)
  assert.deepEqual(
    search.find('song', false, [AUDIENCE], anna.device, 0, 10).contents,
    [],
    'mine are left out',
  )
  assert.deepEqual(search.find('nest', false, [], anna.device, 0, 10).contents, [])
})

test('a member is looked around in by folders, and what is forgotten is nowhere', () => {
  const { records, search } = opened()
  const deep = { ...entryNamed('One.txt'), folders: ['Music', 'Live'] }
  const top = { ...entryNamed('Two.txt'), folders: [] }
  keep(records, anna, [deep, top], 1)
  const root = search.folder([anna.device], AUDIENCE, '', 0, 10)
  assert.deepEqual(root.folders, [{ name: 'Music', files: 1, totalBytes: deep.lengthBytes }])
  assert.deepEqual(
    root.contents.map(({ entry }) => entry.name),
    ['Two.txt'],
  )
  assert.deepEqual(search.folder([anna.device], AUDIENCE, 'Music/Live', 0, 10).contents.length, 1)
  assert.deepEqual(search.holders(deep, AUDIENCE), [anna.device])
  assert.equal([...search.offered(AUDIENCE)].length, 2)
  records.forget({ author: anna.device, audience: AUDIENCE })
  assert.deepEqual(search.folder([anna.device], AUDIENCE, '', 0, 10), { folders: [], contents: [], total: 0 })
  assert.equal(search.find('one', false, [AUDIENCE], ben.device, 0, 10).total, 0)
  assert.deepEqual(records.all(), [])
})

test('a wish comes true once for each content, and what was dismissed never again', () => {
  const { database } = opened()
  const wishes = new Wishes(database)
  wishes.add('00'.repeat(8), 'nest type:document', 'circles', 5)
  const nest = entryNamed('A nest.pdf')
  assert.equal(wishes.match('nearby', [nest], 6).size, 0)
  assert.equal(wishes.match('circles', [nest, entryNamed('Other.pdf')], 6).size, 1)
  assert.equal(wishes.match('circles', [nest], 7).size, 0)
  assert.deepEqual(
    { ...wishes.find('00'.repeat(8)) },
    {
      id: '00'.repeat(8),
      words: 'nest type:document',
      in: 'circles',
      at: 5,
      hits: 1,
      unseen: 1,
    },
  )
  wishes.dismiss('00'.repeat(8), contentIdText(nest), 8)
  assert.equal(wishes.match('circles', [nest], 9).size, 0)
  assert.deepEqual(new Wishes(database).hits('00'.repeat(8)), [])
  assert.ok(parseContentId(contentIdText(nest)))
  assert.equal(wishes.remove('00'.repeat(8)), true)
})
