-- What a person decided to offer: frozen manifests of library folders, what they keep to themselves, what waits to be asked,
-- and what they answered before. None of it can be made again from disk. No row names a file or content by its id: both go
-- and come, and what was decided stays.

CREATE TABLE offers (
  id INTEGER PRIMARY KEY,
  -- FolderId.
  folder TEXT NOT NULL,
  audience TEXT NOT NULL,
  -- The look by which it was decided.
  review TEXT NOT NULL,
  -- Of people with the link: their share.
  share TEXT,
  made_ms REAL NOT NULL,
  -- 1: offered to nobody any more; what is left of it goes in slices.
  ended INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX offers_folder ON offers (folder) WHERE ended = 0;

-- The files of an offer as they were looked at.
CREATE TABLE manifest (
  offer INTEGER NOT NULL REFERENCES offers (id),
  -- Below the folder, with '/'.
  path TEXT NOT NULL,
  length INTEGER NOT NULL,
  modified_ms REAL NOT NULL,
  inode TEXT NOT NULL,
  -- Absolute, of a copy that is offered instead, with its identity; null where the file itself is.
  copy TEXT,
  copy_length INTEGER,
  copy_modified_ms REAL,
  copy_inode TEXT,
  -- Of what is offered; null while it waits to be hashed.
  root BLOB,
  infohash20 BLOB,
  tag20 BLOB,
  PRIMARY KEY (offer, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX manifest_infohash ON manifest (infohash20) WHERE infohash20 IS NOT NULL;
CREATE INDEX manifest_tag ON manifest (tag20) WHERE tag20 IS NOT NULL;
CREATE INDEX manifest_root ON manifest (root) WHERE root IS NOT NULL;

-- Left out or dismissed by the person: asked about again only when it changes.
CREATE TABLE kept_back (
  folder TEXT NOT NULL,
  path TEXT NOT NULL,
  length INTEGER NOT NULL,
  modified_ms REAL NOT NULL,
  inode TEXT NOT NULL,
  PRIMARY KEY (folder, path)
) STRICT, WITHOUT ROWID;

-- What appeared or changed in a folder since it was offered; offered to nobody.
CREATE TABLE proposals (
  folder TEXT NOT NULL,
  path TEXT NOT NULL,
  length INTEGER NOT NULL,
  modified_ms REAL NOT NULL,
  inode TEXT NOT NULL,
  why TEXT NOT NULL CHECK (why IN ('new', 'changed')),
  PRIMARY KEY (folder, path)
) STRICT, WITHOUT ROWID;

-- Answers of earlier looks, for files that are unchanged since.
CREATE TABLE answers (
  -- Absolute.
  path TEXT NOT NULL,
  class TEXT NOT NULL,
  length INTEGER NOT NULL,
  modified_ms REAL NOT NULL,
  answer TEXT NOT NULL,
  -- Whom it would have been shared with.
  audience TEXT NOT NULL,
  at_ms REAL NOT NULL,
  PRIMARY KEY (path, class)
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_newest ON answers (at_ms);
