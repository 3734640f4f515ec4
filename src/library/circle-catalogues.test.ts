// What a circle gets to see of a library: folders that are offered to it, and files one by one.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { digest } from '../../test/doubles/digest.ts'
import { EVERYONE } from '../protocol/catalogue/audience.ts'
import { decodeDeltaPage } from '../protocol/catalogue/delta.ts'
import { decodeEntry } from '../protocol/catalogue/entry.ts'
import { emptyRoot } from '../protocol/catalogue/head.ts'
import { CircleCatalogues } from './circle-catalogues.ts'
import { contentKeysOf } from './content-keys.ts'
import { EveryoneCatalogue } from './everyone-catalogue.ts'
import { LIBRARY_SCHEMA, libraryStores } from './stores.ts'

const CIRCLE = `circle:${'a'.repeat(52)}`
const FOLDER = '0000000000000001'

function library() {
  const database = new DatabaseSync(':memory:')
  for (const name of readdirSync(LIBRARY_SCHEMA).sort())
    database.exec(readFileSync(new URL(name, LIBRARY_SCHEMA), 'utf8'))
  const stores = libraryStores(database, digest)
  stores.withheld.put('mine', new Uint8Array(0), { first: true, last: true })
  stores.withheld.put('lists', new Uint8Array(0), { first: true, last: true })
  const { store } = new EveryoneCatalogue(stores.writes, stores.withheld, digest)
  return { ...stores, circles: new CircleCatalogues(stores.writes, store) }
}

const root = (seed: number) => new Uint8Array(32).fill(seed)

function loose(name: string, seed: number) {
  return {
    path: `/home/${name}`,
    lengthBytes: 10,
    modifiedMs: 1,
    inode: '7',
    root: root(seed),
    folder: '',
    name,
  }
}

function seen(circles: CircleCatalogues): string[] {
  const page = circles.page(CIRCLE, emptyRoot(digest), undefined)
  return (page === undefined ? [] : decodeDeltaPage(page).changes).map((entry) => {
    const { folders = [], name } = decodeEntry(entry)
    return [...folders, name].join('/')
  })
}

test('a folder stands in a circle’s catalogue with its folders, files one by one beside it, and strangers see nothing of it', () => {
  const { folders, offers, loose: looseOffers, circles } = library()
  folders.add(FOLDER, '/home/Music', 1)
  folders.setAudience(FOLDER, { audience: CIRCLE, licence: null, publisher: null })
  const copy = { path: '/copies/a', lengthBytes: 10, modifiedMs: 1, inode: '5', root: root(1) }
  const file = { path: 'Live/One.flac', lengthBytes: 11, modifiedMs: 1, inode: '4', copy }
  offers.make({ folder: FOLDER, audience: CIRCLE, review: 'r', madeAtMs: 1, files: [file], keptBack: [] })
  looseOffers.put({ audience: CIRCLE, bundle: 'message 1', files: [loose('Nest.jpg', 2)] })
  circles.now(CIRCLE, 100)
  assert.deepEqual(seen(circles).sort(), ['Music/Live/One.flac', 'Nest.jpg'])
  assert.deepEqual(
    circles.states().map(({ audience, count }) => [audience, count]),
    [[CIRCLE, 2]],
  )
  assert.equal(circles.page(EVERYONE, emptyRoot(digest), undefined), undefined)
  const { infohash20 } = contentKeysOf({ root: root(2), lengthBytes: 10 }, digest)
  assert.equal(looseOffers.byInfohash(CIRCLE, infohash20)?.path, '/home/Nest.jpg')
  assert.equal(looseOffers.byInfohash('circle:other', infohash20), undefined)
  assert.equal(offers.byInfohash(infohash20), undefined)
  assert.equal(offers.infohashesAfter(undefined, 10, CIRCLE).length, 2)
  assert.deepEqual(offers.infohashesAfter(undefined, 10), [])
})

test('what ends leaves at once', () => {
  const { loose: looseOffers, circles } = library()
  looseOffers.put({ audience: CIRCLE, bundle: 'message 1', files: [loose('Nest.jpg', 2)] })
  looseOffers.put({ audience: CIRCLE, bundle: 'message 2', files: [loose('Egg.jpg', 3)] })
  circles.now(CIRCLE, 100)
  assert.deepEqual(looseOffers.end('message 1'), [CIRCLE])
  circles.now(CIRCLE, 101)
  assert.deepEqual(seen(circles), ['Egg.jpg'])
  assert.deepEqual(looseOffers.remove('message 2', root(3), 10), ['/home/Egg.jpg'])
  circles.now(CIRCLE, 102)
  assert.deepEqual(seen(circles), [])
})

test('the list of a bundle is offered with its files, stands in no catalogue, and ends with them', () => {
  const { loose: offers, circles } = library()
  const list = loose('list', 9)
  offers.put({ audience: CIRCLE, bundle: 'photos', files: [loose('One.jpg', 1)], list })
  circles.now(CIRCLE, 1_700_000_000)
  assert.equal(circles.states()[0]?.count, 1)
  const { infohash20 } = contentKeysOf(list, digest)
  assert.equal(offers.byInfohash(CIRCLE, infohash20)?.path, list.path)
  assert.deepEqual(offers.pathsBelow('list:'), [list.path])
  offers.end('photos')
  assert.equal(offers.byInfohash(CIRCLE, infohash20), undefined)
  assert.deepEqual(offers.pathsBelow('list:'), [])
})
