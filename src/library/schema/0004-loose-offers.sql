-- Files that are offered to a circle one by one, wherever they lie: put into a conversation, or kept as a copy for the others. As frozen
-- as those of folders: looked at, answered and hashed before.

CREATE TABLE loose_offers (
  id INTEGER PRIMARY KEY,
  audience TEXT NOT NULL,
  -- What they were offered with: one message, or the copies kept for a circle.
  bundle TEXT NOT NULL,
  -- Absolute.
  path TEXT NOT NULL,
  length INTEGER NOT NULL,
  modified_ms REAL NOT NULL,
  inode TEXT NOT NULL,
  root BLOB NOT NULL,
  infohash20 BLOB NOT NULL,
  -- As others see it: folders joined by '/', and the name.
  folder TEXT NOT NULL,
  name TEXT NOT NULL
) STRICT;
CREATE INDEX loose_offers_infohash ON loose_offers (audience, infohash20);
CREATE INDEX loose_offers_bundle ON loose_offers (bundle);
CREATE INDEX loose_offers_root ON loose_offers (root);
