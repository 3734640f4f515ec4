-- Signed catalogues: for each audience what it gets to see, and the head that says so. Times are seconds since 1970.

CREATE TABLE catalogues (
  audience TEXT PRIMARY KEY,
  -- Where its entries stand. Emptied at once by taking a new number; what stood under the old one is swept later.
  shelf INTEGER NOT NULL UNIQUE,
  -- Of the head, written before it is signed: the highest ever given to one of this audience. Never goes back.
  seq INTEGER NOT NULL CHECK (seq > 0),
  count INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  root BLOB NOT NULL CHECK (length(root) = 32),
  issued INTEGER NOT NULL,
  expires INTEGER NOT NULL
) STRICT;

CREATE TABLE catalogue_entries (
  shelf INTEGER NOT NULL,
  key BLOB NOT NULL,
  leaf BLOB NOT NULL,
  -- As signed: docs/decisions/0023-catalogue.md.
  entry BLOB NOT NULL,
  -- Taken out of the entry, to be listed by. Folders joined by '/', empty at the top and for everyone.
  folder TEXT NOT NULL,
  name TEXT NOT NULL,
  length INTEGER NOT NULL,
  root BLOB NOT NULL,
  PRIMARY KEY (shelf, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX catalogue_entries_listed ON catalogue_entries (shelf, folder, name COLLATE NOCASE, length);
CREATE INDEX catalogue_entries_content ON catalogue_entries (shelf, root, length);

-- Shelves that no catalogue shows any more, until they are swept.
CREATE TABLE catalogue_left (shelf INTEGER PRIMARY KEY) STRICT;

-- What it would be, while it is compared with what it is; empty between transactions.
CREATE TABLE catalogue_next (
  key BLOB PRIMARY KEY,
  leaf BLOB NOT NULL,
  entry BLOB NOT NULL,
  folder TEXT NOT NULL,
  name TEXT NOT NULL,
  length INTEGER NOT NULL,
  root BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Earlier states that somebody may have a copy of, and each key that changed since with what it was before (null: not there),
-- so that differences can be told. Forgotten after a week; who is further behind takes everything.
CREATE TABLE catalogue_states (
  shelf INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  root BLOB NOT NULL,
  issued INTEGER NOT NULL,
  PRIMARY KEY (shelf, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE catalogue_changes (
  shelf INTEGER NOT NULL,
  key BLOB NOT NULL,
  seq INTEGER NOT NULL,
  before BLOB,
  PRIMARY KEY (shelf, key, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX catalogue_changes_seq ON catalogue_changes (shelf, seq);
