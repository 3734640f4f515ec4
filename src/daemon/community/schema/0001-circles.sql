-- Circles as the signed log has them: operations in the order in which they came (parents first), the secrets of epochs,
-- circles on their way to be joined, and who waits to be let in. Ids are raw 32 bytes.

CREATE TABLE circles (
  id BLOB PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('in', 'joining', 'restoring', 'left'))
) STRICT, WITHOUT ROWID;

CREATE TABLE operations (
  place INTEGER PRIMARY KEY,
  circle BLOB NOT NULL REFERENCES circles (id) ON DELETE CASCADE,
  id BLOB NOT NULL,
  bytes BLOB NOT NULL,
  UNIQUE (circle, id)
) STRICT;

-- What opens messages lies here as it is: whoever reads this file reads them. A keeper's rows have no read secret.
CREATE TABLE epochs (
  circle BLOB NOT NULL REFERENCES circles (id) ON DELETE CASCADE,
  id BLOB NOT NULL,
  access BLOB NOT NULL,
  read BLOB,
  PRIMARY KEY (circle, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE joinings (
  invite BLOB PRIMARY KEY,
  circle BLOB NOT NULL,
  payload BLOB NOT NULL,
  step TEXT NOT NULL,
  problem TEXT,
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE join_requests (
  circle BLOB NOT NULL REFERENCES circles (id) ON DELETE CASCADE,
  person BLOB NOT NULL,
  device BLOB NOT NULL,
  invite BLOB NOT NULL,
  request BLOB NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (circle, person)
) STRICT, WITHOUT ROWID;

-- Addresses at which devices were reached or said to be, newest first by `at`: tried before anybody is asked for others.
CREATE TABLE addresses (
  device BLOB NOT NULL,
  address TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (device, address)
) STRICT, WITHOUT ROWID;

CREATE INDEX addresses_by_age ON addresses (at);

-- When each device was last linked.
CREATE TABLE seen (
  device BLOB PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What is said about myself and this device, by name.
CREATE TABLE me (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Of members, and of myself: what the person of some words needs to come back, signed and sealed, to be put into the DHT again.
CREATE TABLE recovery_items (
  person BLOB NOT NULL,
  number INTEGER NOT NULL,
  public_key BLOB NOT NULL,
  signature BLOB NOT NULL,
  sequence INTEGER NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (person, number)
) STRICT, WITHOUT ROWID;
