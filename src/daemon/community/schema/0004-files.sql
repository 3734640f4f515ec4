-- What members offer, as their signed catalogues say it, the words by which it is found, wishes, and copies that are kept here.

CREATE TABLE shared_catalogues (
  id INTEGER PRIMARY KEY,
  -- DeviceId.
  author TEXT NOT NULL,
  audience TEXT NOT NULL,
  -- The highest head that was ever believed, as signed.
  head BLOB NOT NULL,
  -- The head whose entries are here; null while none are.
  whole BLOB,
  -- 1: two heads under one number, so nothing of it is believed.
  twofold INTEGER NOT NULL,
  UNIQUE (author, audience)
) STRICT;

CREATE TABLE shared_entries (
  id INTEGER PRIMARY KEY,
  catalogue INTEGER NOT NULL,
  key BLOB NOT NULL,
  leaf BLOB NOT NULL,
  -- As signed: docs/decisions/0023-catalogue.md.
  entry BLOB NOT NULL,
  -- Taken out of the entry, to be listed and found by. Folders joined by '/'.
  root BLOB NOT NULL,
  length INTEGER NOT NULL,
  name TEXT NOT NULL,
  folder TEXT NOT NULL,
  UNIQUE (catalogue, key)
) STRICT;
CREATE INDEX shared_entries_content ON shared_entries (root, length);
CREATE INDEX shared_entries_listed ON shared_entries (catalogue, folder, name COLLATE NOCASE);

-- Its rowid is the entry's; words made by library/names/words.ts.
CREATE VIRTUAL TABLE shared_words USING fts5 (
  name, path, content = '', contentless_delete = 1, detail = full, tokenize = "ascii"
);
-- Words are taken out through here, never straight: see message_unsaid in 0002-chat.sql.
CREATE VIEW shared_unsaid AS SELECT 0 AS id WHERE 0;
CREATE TRIGGER shared_unsaid_now INSTEAD OF INSERT ON shared_unsaid BEGIN
  DELETE FROM shared_words WHERE rowid = new.id;
END;

-- Earlier states that somebody may have, and each key that changed since with what it was before (null: not there).
CREATE TABLE shared_states (
  catalogue INTEGER NOT NULL,
  step INTEGER NOT NULL,
  root BLOB NOT NULL,
  PRIMARY KEY (catalogue, step)
) STRICT, WITHOUT ROWID;
CREATE TABLE shared_changes (
  catalogue INTEGER NOT NULL,
  key BLOB NOT NULL,
  step INTEGER NOT NULL,
  before BLOB,
  PRIMARY KEY (catalogue, key, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE wishes (
  -- 16 hex digits.
  id TEXT PRIMARY KEY,
  words TEXT NOT NULL,
  reach TEXT NOT NULL CHECK (reach IN ('circles', 'nearby')),
  -- Seconds since 1970.
  at INTEGER NOT NULL
) STRICT;
CREATE TABLE wish_hits (
  wish TEXT NOT NULL REFERENCES wishes (id) ON DELETE CASCADE,
  -- contentIdText().
  content TEXT NOT NULL,
  at INTEGER NOT NULL,
  seen INTEGER NOT NULL DEFAULT 0,
  dismissed INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (wish, content)
) STRICT, WITHOUT ROWID;

-- Copies that lie here so that enough have them.
CREATE TABLE kept_copies (
  circle TEXT NOT NULL,
  content TEXT NOT NULL,
  length INTEGER NOT NULL,
  PRIMARY KEY (circle, content)
) STRICT, WITHOUT ROWID;
CREATE TABLE keep_space (circle TEXT PRIMARY KEY, bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID;
