// An index that is killed while it grows, by a real signal: sound afterwards, its counts and words those of its files.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { openDatabase } from '../platform/database.ts'
import { SystemDigest } from '../platform/digest.ts'
import { LibrarySearch } from './search/search.ts'
import { LIBRARY_SCHEMA, libraryStores } from './stores.ts'

const FOLDER = '0000000000000001'
const module = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href)

/** Adds, changes, hashes and removes files until somebody kills it. */
const INDEXER = `
  const { openDatabase } = await import(${module('../platform/database.ts')})
  const { SystemDigest } = await import(${module('../platform/digest.ts')})
  const { LIBRARY_SCHEMA, libraryStores } = await import(${module('./stores.ts')})
  const opened = openDatabase({ path: process.argv[1], migrations: LIBRARY_SCHEMA })
  const { folders, files, reading } = libraryStores(opened.database, new SystemDigest())
  folders.add('${FOLDER}', '/music', 1)
  const none = { added: [], changed: [], gone: [], goneDirectories: [] }
  for (let turn = Number(process.argv[2]); ; turn++) {
    const added = Array.from({ length: 200 }, (_, index) => ({
      path: \`d\${turn % 7}/e\${turn}/song \${turn} \${index}.mp3\`, lengthBytes: 1 + index, modifiedMs: turn + 0.5, inode: turn + '-' + index,
    }))
    files.apply('${FOLDER}', { ...none, added })
    for (const file of reading.unhashed(undefined, 50)) {
      reading.recordContent(file.id, file, { root: new Uint8Array(32).fill(file.lengthBytes), lengthBytes: file.lengthBytes })
    }
    const known = files.filesIn('${FOLDER}', \`d\${turn % 7}/e\${turn}\`)
    files.apply('${FOLDER}', {
      ...none,
      gone: known.slice(0, 20).map(({ id }) => id),
      changed: known.slice(20, 60).map((file) => ({ ...file, lengthBytes: file.lengthBytes + 1 })),
      goneDirectories: turn % 3 === 0 ? [\`d\${(turn - 1) % 7}/e\${turn - 1}\`] : [],
    })
    if (turn % 2 === 0) process.stdout.write('.')
  }
`

test('killed at any instant, the index is sound and agrees with its files', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'shoal-index-kill-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'library.db')
  for (let round = 0; round < 6; round++) {
    const arguments_ = ['--input-type=module', '-e', INDEXER, file, String(1_000 * (round + 1))]
    const child = spawn(process.execPath, arguments_, { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    await new Promise((resolve) => child.stdout.once('data', resolve))
    // At whatever it happens to do then.
    setTimeout(() => child.kill('SIGKILL'), 37 * round)
    await ended
    const opened = openDatabase({ path: file, migrations: LIBRARY_SCHEMA })
    assert.equal(opened.kind, 'opened')
    if (opened.kind !== 'opened') return
    assert.equal(opened.setAside, undefined)
    const { database } = opened
    const one = (sql: string) => ({ ...database.prepare(sql).get() })
    assert.deepEqual(one('PRAGMA integrity_check'), { integrity_check: 'ok' })
    database.exec("INSERT INTO words (words) VALUES ('integrity-check')")
    const { folders } = libraryStores(database, new SystemDigest())
    const { files, totalBytes, hashedFiles, hashedBytes } = folders.get(FOLDER)
    assert.deepEqual(
      { files, totalBytes, hashedFiles, hashedBytes },
      one(`SELECT count(*) AS files, sum(length) AS totalBytes, count(content) AS hashedFiles,
        sum(CASE WHEN content IS NULL THEN 0 ELSE length END) AS hashedBytes FROM files`),
    )
    assert.ok(files > 0)
    assert.deepEqual(one('SELECT files, bytes AS totalBytes FROM directories WHERE parent IS NULL'), {
      files,
      totalBytes,
    })
    assert.deepEqual(
      one(
        'SELECT count(*) AS n FROM contents WHERE places <> (SELECT count(*) FROM files WHERE content = contents.id)',
      ),
      { n: 0 },
    )
    assert.deepEqual(one('SELECT count(*) AS n FROM words'), { n: files })
    assert.deepEqual(one('SELECT count(*) AS n FROM words WHERE rowid NOT IN (SELECT id FROM files)'), {
      n: 0,
    })
    const search = new LibrarySearch(database, Date.now)
    assert.ok(search.search({ words: 'song', sort: 'fit', offset: 0, limit: 5 }).entries.length > 0)
    database.close()
  }
})
