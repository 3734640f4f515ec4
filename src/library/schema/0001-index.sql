-- What is here: folders and transfers (holders), the directories and files in them, what the files hold, and the words
-- by which they are found. Times are milliseconds since 1970. All of it but folders can be made again from disk.

-- A library folder or a transfer: whatever files belong to.
CREATE TABLE holders (
  key INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('folder', 'transfer')),
  -- FolderId or TransferId.
  id TEXT NOT NULL,
  -- Its last path component, or the transfer's name: found as a word of every path in it.
  name TEXT NOT NULL,
  audience TEXT NOT NULL DEFAULT 'me',
  -- Being removed in slices: what is left of it is found no more.
  leaving INTEGER NOT NULL DEFAULT 0,
  -- Kept with every change of its files, so that nobody counts a million rows.
  files INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  hashed_files INTEGER NOT NULL DEFAULT 0,
  hashed_bytes INTEGER NOT NULL DEFAULT 0,
  UNIQUE (kind, id)
) STRICT;

CREATE TABLE folders (
  id TEXT PRIMARY KEY,
  holder INTEGER NOT NULL UNIQUE REFERENCES holders (key),
  path TEXT NOT NULL UNIQUE,
  licence_kind TEXT,
  licence_id TEXT,
  publisher TEXT,
  added_ms REAL NOT NULL,
  -- JSON of the scanner: what it must know of the folder from the last time.
  memory TEXT
) STRICT;

CREATE TABLE directories (
  id INTEGER PRIMARY KEY,
  holder INTEGER NOT NULL REFERENCES holders (key),
  -- Null for the top of a holder, whose name is empty.
  parent INTEGER REFERENCES directories (id),
  name TEXT NOT NULL,
  -- At any depth below it.
  files INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  UNIQUE (parent, name)
) STRICT;
CREATE UNIQUE INDEX directories_top ON directories (holder) WHERE parent IS NULL;

CREATE TABLE contents (
  id INTEGER PRIMARY KEY,
  length INTEGER NOT NULL CHECK (length > 0),
  root BLOB NOT NULL CHECK (length(root) = 32),
  -- First 20 bytes of the content torrent's infohash: what peers on the wire ask for.
  infohash20 BLOB NOT NULL,
  -- SHA-1 of 'req2' and infohash20: what peers ask for under encryption.
  tag20 BLOB NOT NULL,
  -- Files that hold it, and how many of them take space of their own in library folders (hard links count once).
  places INTEGER NOT NULL DEFAULT 0,
  copies INTEGER NOT NULL DEFAULT 0,
  UNIQUE (root, length)
) STRICT;
CREATE INDEX contents_infohash ON contents (infohash20);
CREATE INDEX contents_tag ON contents (tag20);
CREATE INDEX contents_freeable ON contents ((copies - 1) * length) WHERE copies > 1;

-- The piece layer of the content torrent, for contents long enough to be worth keeping it.
CREATE TABLE content_layers (
  content INTEGER PRIMARY KEY REFERENCES contents (id) ON DELETE CASCADE,
  layer BLOB NOT NULL
) STRICT;

CREATE TABLE files (
  id INTEGER PRIMARY KEY,
  -- The directory's; not checked, which would need an index of its own.
  holder INTEGER NOT NULL,
  directory INTEGER NOT NULL REFERENCES directories (id),
  name TEXT NOT NULL,
  -- How it is ordered among names: names/name-key.ts.
  name_key TEXT NOT NULL,
  length INTEGER NOT NULL,
  -- 0 where it is not known (files of a transfer).
  modified_ms REAL NOT NULL,
  inode TEXT NOT NULL,
  content INTEGER REFERENCES contents (id),
  -- 1 while its content id is wanted: not of empty files, of transfers, or while there is trouble.
  waits INTEGER NOT NULL,
  -- Why it could not be hashed.
  trouble TEXT,
  -- Whether type and facts were looked for since it changed.
  looked INTEGER NOT NULL DEFAULT 0,
  media_type TEXT,
  facts TEXT,
  facts_trouble TEXT,
  UNIQUE (directory, name)
) STRICT;
CREATE INDEX files_inode ON files (inode) WHERE inode <> '';
CREATE INDEX files_content ON files (content) WHERE content IS NOT NULL;
CREATE INDEX files_key ON files (name_key);
-- What waits to be hashed or looked at, shortest first; empty when all is done.
CREATE INDEX files_waiting ON files (length, id) WHERE waits = 1 OR looked = 0;

-- Of a large file whose hash is half done: the piece layer from its front.
CREATE TABLE checkpoints (
  file INTEGER PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
  length INTEGER NOT NULL,
  modified_ms REAL NOT NULL,
  inode TEXT NOT NULL,
  layer BLOB NOT NULL
) STRICT;

-- What was learned of files that are gone: one that comes back, or turns up in another folder, is not read again.
CREATE TABLE remembered (
  id INTEGER PRIMARY KEY,
  inode TEXT NOT NULL,
  length INTEGER NOT NULL,
  modified_ms REAL NOT NULL,
  content INTEGER REFERENCES contents (id),
  looked INTEGER NOT NULL,
  media_type TEXT,
  facts TEXT
) STRICT;
CREATE INDEX remembered_inode ON remembered (inode);
CREATE INDEX remembered_content ON remembered (content) WHERE content IS NOT NULL;

-- Words by which files are found; its rowid is the file's. Its text is made by names/words.ts and needs no tokenizer but
-- spaces; `_` begins marks, which no name can hold (search/marks.ts).
CREATE VIRTUAL TABLE words USING fts5 (
  name, tags, path, marks,
  content = '', contentless_delete = 1, detail = full, tokenize = "ascii tokenchars '_'"
);
-- Postings collected before they are written: a batch makes one segment, not several that must be merged again.
INSERT INTO words (words, rank) VALUES ('hashsize', 8388608);

-- Every word of letters that was ever in there, for words that go on after four letters and more; and every mark of a
-- time, a size or a beginning, to read them in order.
CREATE TABLE vocabulary (word TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
