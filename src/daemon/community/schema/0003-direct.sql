-- Contacts, direct messages on their way, what is held for others, and what was sent from person to person.
-- Ids are base32 text, keys and mail raw bytes, times whole seconds since 1970.

CREATE TABLE contacts (
  person TEXT PRIMARY KEY,
  name TEXT,
  alias TEXT,
  contact INTEGER NOT NULL DEFAULT 0,
  verified INTEGER NOT NULL DEFAULT 0,
  ignored INTEGER NOT NULL DEFAULT 0,
  blocked INTEGER NOT NULL DEFAULT 0,
  always_accept_bytes INTEGER NOT NULL DEFAULT 0,
  accepted_offers INTEGER NOT NULL DEFAULT 0,
  seen_at INTEGER,
  -- Of my last decision, on any device of mine.
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Whose a device is: by its card, or while `token` is not null as a link says.
CREATE TABLE contact_devices (
  device TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  card BLOB,
  name TEXT NOT NULL,
  -- JSON, addresses that a link told.
  hints TEXT NOT NULL,
  token BLOB,
  seen_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_devices_of ON contact_devices (person);
CREATE INDEX contact_devices_asked ON contact_devices (device) WHERE token IS NOT NULL;

-- Devices that their person, or I mine, put out: their cards count for nothing.
CREATE TABLE contact_gone (
  person TEXT NOT NULL,
  device TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (person, device)
) STRICT, WITHOUT ROWID;

-- The latest list of somebody's devices, as they signed it; mine, too.
CREATE TABLE contact_lists (
  person TEXT PRIMARY KEY,
  list BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Links of mine that work.
CREATE TABLE contact_links (
  token BLOB PRIMARY KEY,
  made INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE direct_prekeys (
  public_key BLOB PRIMARY KEY,
  private_key BLOB NOT NULL,
  made INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Tokens that I issued: one a person.
CREATE TABLE direct_tokens (
  token BLOB PRIMARY KEY,
  person TEXT NOT NULL UNIQUE,
  number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Devices that I can write to.
CREATE TABLE direct_correspondents (
  device TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  prekey BLOB NOT NULL,
  made INTEGER NOT NULL,
  token BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX direct_correspondents_of ON direct_correspondents (person);

-- Entries that are not everywhere yet, and on their way to which device.
CREATE TABLE direct_waiting (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  person TEXT NOT NULL,
  entry BLOB NOT NULL,
  made INTEGER NOT NULL
) STRICT;
CREATE INDEX direct_waiting_of ON direct_waiting (person);
CREATE INDEX direct_waiting_made ON direct_waiting (made);

CREATE TABLE direct_deliveries (
  waiting INTEGER NOT NULL REFERENCES direct_waiting (number) ON DELETE CASCADE,
  device TEXT NOT NULL,
  person TEXT NOT NULL,
  arrived INTEGER NOT NULL,
  mail BLOB,
  prekey_made INTEGER NOT NULL,
  -- JSON.
  holders TEXT NOT NULL,
  PRIMARY KEY (waiting, device)
) STRICT, WITHOUT ROWID;
CREATE INDEX direct_deliveries_pending ON direct_deliveries (device, waiting) WHERE arrived = 0;

-- Mails that were opened, until none of my prekeys could open them again.
CREATE TABLE direct_seen (
  key TEXT PRIMARY KEY,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX direct_seen_until ON direct_seen (until);

-- What others' devices take, and what is held for them.
CREATE TABLE direct_boxes (
  device TEXT PRIMARY KEY,
  hashes BLOB NOT NULL,
  -- Signed by the device.
  prekey BLOB NOT NULL,
  told INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE direct_held (
  number INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  box TEXT NOT NULL,
  token BLOB NOT NULL,
  mail BLOB NOT NULL,
  came INTEGER NOT NULL
) STRICT;
CREATE INDEX direct_held_for ON direct_held (box, number);
CREATE INDEX direct_held_came ON direct_held (came);

-- What was sent to me and by me.
CREATE TABLE send_offers (
  id TEXT PRIMARY KEY,
  number INTEGER NOT NULL,
  incoming INTEGER NOT NULL,
  person TEXT,
  device TEXT NOT NULL,
  name TEXT NOT NULL,
  note TEXT NOT NULL,
  -- JSON.
  items TEXT NOT NULL,
  total_bytes INTEGER NOT NULL,
  offer BLOB NOT NULL,
  secret BLOB NOT NULL,
  state TEXT NOT NULL,
  told INTEGER NOT NULL,
  done_bytes INTEGER NOT NULL,
  -- JSON, or null.
  problem TEXT,
  -- JSON.
  saved TEXT NOT NULL,
  at INTEGER NOT NULL,
  -- Those of one call to several devices of a person.
  batch TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX send_offers_at ON send_offers (at);
CREATE INDEX send_offers_number ON send_offers (number);
CREATE INDEX send_offers_batch ON send_offers (batch);
CREATE INDEX send_offers_untold ON send_offers (device) WHERE told = 0;
CREATE INDEX send_offers_waiting ON send_offers (at) WHERE state = 'waiting';
