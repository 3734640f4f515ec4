// What the store of catalogues asks its tables (schema/0003-catalogue.sql), prepared once.

import type { DatabaseSync, StatementSync } from 'node:sqlite'

export type CatalogueStatements = Readonly<Record<keyof typeof SQL, StatementSync>>

export function catalogueStatements(database: DatabaseSync): CatalogueStatements {
  return Object.fromEntries(
    Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]),
  ) as CatalogueStatements
}

const SQL = {
  state:
    'SELECT audience, shelf, seq, count, bytes, root, issued, expires FROM catalogues WHERE audience = ?',
  audiences: 'SELECT audience FROM catalogues ORDER BY audience',
  // One that is not swept yet must not be taken again.
  newShelf: `SELECT 1 + max(coalesce((SELECT max(shelf) FROM catalogues), 0),
    coalesce((SELECT max(shelf) FROM catalogue_left), 0)) AS shelf`,
  leave: 'INSERT INTO catalogue_left (shelf) VALUES (?)',
  left: 'SELECT shelf FROM catalogue_left LIMIT 1',
  unleave: 'DELETE FROM catalogue_left WHERE shelf = ?',
  swept: `DELETE FROM catalogue_entries WHERE shelf = ?1
    AND key IN (SELECT key FROM catalogue_entries WHERE shelf = ?1 LIMIT ?2)`,
  emptied: `INSERT INTO catalogues (audience, shelf, seq, count, bytes, root, issued, expires)
    VALUES (?, ?, ?, 0, 0, ?, ?, ?)
    ON CONFLICT (audience) DO UPDATE SET shelf = excluded.shelf, seq = excluded.seq, count = 0, bytes = 0,
      root = excluded.root, issued = excluded.issued, expires = excluded.expires`,
  restate:
    'UPDATE catalogues SET seq = ?, count = ?, bytes = ?, root = ?, issued = ?, expires = ? WHERE audience = ?',
  clear: 'DELETE FROM catalogue_next',
  gather: `INSERT INTO catalogue_next (key, leaf, entry, folder, name, length, root) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET leaf = excluded.leaf, entry = excluded.entry, folder = excluded.folder,
      name = excluded.name WHERE excluded.entry < catalogue_next.entry`,
  gatherOnto: `INSERT INTO catalogue_entries (shelf, key, leaf, entry, folder, name, length, root)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (shelf, key) DO UPDATE SET leaf = excluded.leaf, entry = excluded.entry,
      folder = excluded.folder, name = excluded.name WHERE excluded.entry < catalogue_entries.entry`,
  added: `SELECT n.key, e.leaf AS before, n.leaf AS after, iif(e.key IS NULL, n.length, 0) AS bytes
    FROM catalogue_next n LEFT JOIN catalogue_entries e ON e.shelf = ? AND e.key = n.key
    WHERE e.leaf IS NOT n.leaf`,
  gone: `SELECT e.key, e.leaf AS before, NULL AS after, -e.length AS bytes FROM catalogue_entries e
    WHERE e.shelf = ? AND NOT EXISTS (SELECT 1 FROM catalogue_next n WHERE n.key = e.key)`,
  // Without statistics SQLite would read the whole shelf.
  goneOf: `SELECT e.key, e.leaf AS before, NULL AS after, -e.length AS bytes FROM catalogue_entries e INDEXED BY catalogue_entries_content
    WHERE e.shelf = ? AND e.root = ? AND e.length = ?
      AND NOT EXISTS (SELECT 1 FROM catalogue_next n WHERE n.key = e.key)`,
  countChanges: `SELECT
    (SELECT count(*) FROM catalogue_next n LEFT JOIN catalogue_entries e ON e.shelf = ? AND e.key = n.key
      WHERE e.leaf IS NOT n.leaf) +
    (SELECT count(*) FROM catalogue_entries e
      WHERE e.shelf = ? AND NOT EXISTS (SELECT 1 FROM catalogue_next n WHERE n.key = e.key)) AS count`,
  sums: 'SELECT count(*) AS count, coalesce(sum(length), 0) AS totalBytes FROM catalogue_entries WHERE shelf = ?',
  removeMany: `DELETE FROM catalogue_entries
    WHERE shelf = ? AND NOT EXISTS (SELECT 1 FROM catalogue_next n WHERE n.key = catalogue_entries.key)`,
  putMany: `INSERT OR REPLACE INTO catalogue_entries (shelf, key, leaf, entry, folder, name, length, root)
    SELECT ?1, n.key, n.leaf, n.entry, n.folder, n.name, n.length, n.root
    FROM catalogue_next n LEFT JOIN catalogue_entries e ON e.shelf = ?1 AND e.key = n.key
    WHERE e.leaf IS NOT n.leaf`,
  put: `INSERT OR REPLACE INTO catalogue_entries (shelf, key, leaf, entry, folder, name, length, root)
    SELECT ?, key, leaf, entry, folder, name, length, root FROM catalogue_next WHERE key = ?`,
  remove: 'DELETE FROM catalogue_entries WHERE shelf = ? AND key = ?',
  entry: 'SELECT entry FROM catalogue_entries WHERE shelf = ? AND key = ?',
} as const
