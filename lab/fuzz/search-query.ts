// What a person types into the search, as any bytes: it is always a query, asked of a small index without an error, and
// answers within bounds.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { utf8 } from '../../src/base/bytes.ts'
import { parseQuery } from '../../src/library/search/query.ts'
import { LibrarySearch } from '../../src/library/search/search.ts'
import { libraryStores } from '../../src/library/stores.ts'
import { SystemDigest } from '../../src/platform/digest.ts'
import type { FuzzTarget } from './target.ts'

const MAX_TERMS = 12
const LIMIT = 3
const FOLDER = '0000000000000001'

const database = new DatabaseSync(':memory:')
const schema = new URL('../../src/library/schema/', import.meta.url)
for (const name of readdirSync(schema).sort()) database.exec(readFileSync(new URL(name, schema), 'utf8'))
const stores = libraryStores(database, new SystemDigest())
stores.folders.add(FOLDER, '/shelf', 1)
stores.files.apply(FOLDER, {
  added: [
    'Blue Train.mp3',
    'S01E02 東京物語.mkv',
    'size type ext NEAR AND OR NOT.txt',
    'a/b/été_Straße.jpg',
  ].map((path, index) => ({
    path,
    lengthBytes: 10 ** index,
    modifiedMs: 1 + index,
    inode: String(index + 1),
  })),
  changed: [],
  gone: [],
  goneDirectories: [],
})
const search = new LibrarySearch(database, () => 0)

export const target: FuzzTarget = {
  corpus: [
    'blue train',
    '"blue train" -live',
    'size:>1G type:video ext:mp4 duration:<10m bitrate:>=192k licence:cc by:"jane doe"',
    'NEAR(a b, 3) OR name: ^a* + {x y} : "q""',
    '東京 物 S01E02 straße',
    '-"',
    'size:100M..2G',
    '* - : ..',
    '_h1 _a _p',
    'été\u0301 \ufeff',
  ].map(utf8),
  run(input) {
    const text = new TextDecoder().decode(input)
    const typing = input.length % 2 === 1
    const { terms, excluded } = parseQuery(text, typing)
    assert.ok(terms.length + excluded.length <= MAX_TERMS)
    for (const sort of ['fit', 'name', 'size', 'newest'] as const) {
      const { entries, total } = search.search({ words: text, typing, sort, offset: 0, limit: LIMIT })
      assert.ok(entries.length <= LIMIT && entries.length <= total)
    }
  },
}
