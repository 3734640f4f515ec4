-- Conversations. The first half is what is kept for others: entries as they came, signed and sealed; a keeper has nothing else.
-- The second half is filled only with what was opened here. Hashes are 32 bytes; times are seconds since 1970.

-- Persons and devices, each written out once: rows name them by number.
CREATE TABLE chat_keys (key INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE chat_scopes (
  key INTEGER PRIMARY KEY,
  circle TEXT NOT NULL UNIQUE,
  -- Highest clock of any entry that ever came.
  clock INTEGER NOT NULL DEFAULT 0,
  -- Of the entries that are here.
  bytes INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One author's chain: where it begins and ends here, and how fast it may go on.
CREATE TABLE chat_chains (
  key INTEGER PRIMARY KEY,
  scope INTEGER NOT NULL REFERENCES chat_scopes (key) ON DELETE CASCADE,
  device TEXT NOT NULL,
  begin INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  head BLOB,
  stopped INTEGER NOT NULL DEFAULT 0,
  forked_at INTEGER,
  -- JSON of the pace (community/chat/pace.ts).
  pace TEXT,
  UNIQUE (scope, device)
) STRICT;

-- Its number is the order of arrival.
CREATE TABLE chat_entries (
  number INTEGER PRIMARY KEY,
  scope INTEGER NOT NULL,
  chain INTEGER NOT NULL REFERENCES chat_chains (key) ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  id BLOB NOT NULL UNIQUE,
  lamport INTEGER NOT NULL,
  time INTEGER NOT NULL,
  epoch BLOB NOT NULL,
  -- 0 sealed, 1 read, 2 of a kind that a later version knows, 3 opens with no key.
  state INTEGER NOT NULL DEFAULT 0,
  length INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  UNIQUE (chain, seq)
) STRICT;
CREATE INDEX chat_entries_clock ON chat_entries (scope, lamport, length);
CREATE INDEX chat_entries_sealed ON chat_entries (scope, epoch, number) WHERE state = 0;

CREATE TABLE chat_forks (
  chain INTEGER PRIMARY KEY REFERENCES chat_chains (key) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  first BLOB NOT NULL,
  second BLOB NOT NULL
) STRICT;

-- How far a device said that it holds a chain of mine.
CREATE TABLE chat_holders (
  chain INTEGER NOT NULL REFERENCES chat_chains (key) ON DELETE CASCADE,
  device TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (chain, device)
) STRICT, WITHOUT ROWID;

-- ── what was opened here ──

CREATE TABLE chat_opened (
  number INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  -- 0 for direct messages.
  scope INTEGER NOT NULL,
  -- The message it is or is about (32 bytes), or the name that it gives (text).
  key ANY NOT NULL,
  other INTEGER,
  person INTEGER NOT NULL,
  device INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  lamport INTEGER NOT NULL,
  at INTEGER NOT NULL,
  received INTEGER NOT NULL,
  moderator INTEGER NOT NULL,
  kind TEXT NOT NULL,
  -- As it was encoded.
  content BLOB NOT NULL,
  -- Of direct ones: what their author had seen, 32 bytes each.
  heads BLOB
) STRICT;
CREATE INDEX chat_opened_key ON chat_opened (scope, key);
CREATE INDEX chat_opened_chain ON chat_opened (scope, device, seq);
CREATE INDEX chat_opened_direct ON chat_opened (other, lamport) WHERE scope = 0;
CREATE INDEX chat_opened_deleted ON chat_opened (scope) WHERE kind = 'delete';

CREATE TABLE chat_states (
  scope INTEGER NOT NULL,
  -- `circle`, `room:…`, `profile:…`.
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  archived INTEGER NOT NULL,
  maker INTEGER NOT NULL,
  device INTEGER NOT NULL,
  id BLOB NOT NULL,
  lamport INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
-- Somebody's name, by whichever circle heard it last.
CREATE INDEX chat_states_key ON chat_states (key, at);

CREATE TABLE conversations (
  key INTEGER PRIMARY KEY,
  -- `room:<circle>:<room>` or `direct:<person>`.
  id TEXT NOT NULL UNIQUE,
  -- 0 for direct ones.
  scope INTEGER NOT NULL,
  quiet INTEGER NOT NULL DEFAULT 0,
  -- Read are those up to this place that had come by then.
  read_lamport INTEGER NOT NULL DEFAULT 0,
  read_number INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX conversations_scope ON conversations (scope);

-- What is shown: made again from chat_opened whenever something about it comes.
CREATE TABLE messages (
  number INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  conversation INTEGER NOT NULL REFERENCES conversations (key) ON DELETE CASCADE,
  person INTEGER NOT NULL,
  device INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  lamport INTEGER NOT NULL,
  at INTEGER NOT NULL,
  received INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('text', 'file', 'notice')),
  text TEXT NOT NULL,
  -- The message it answers.
  reply BLOB,
  mine INTEGER NOT NULL,
  mentions_me INTEGER NOT NULL,
  edited INTEGER NOT NULL,
  deleted TEXT NOT NULL,
  -- JSON: [[emoji, [person's key, …]], …].
  reactions TEXT,
  -- JSON of what is known of the offered file here: how far it is, where it was saved.
  file TEXT,
  -- Of notices: its code.
  code TEXT,
  -- By somebody ignored or muted: not shown, not found, not counted.
  hidden INTEGER NOT NULL DEFAULT 0,
  -- Of direct ones of mine: here, held, delivered; and by how many.
  place TEXT,
  held_by INTEGER NOT NULL DEFAULT 0,
  -- The same number of a caller is written once.
  once TEXT
) STRICT;
CREATE INDEX messages_order ON messages (conversation, lamport, id);
CREATE INDEX messages_arrival ON messages (conversation, number);
CREATE INDEX messages_person ON messages (person);
CREATE INDEX messages_chain ON messages (device, seq) WHERE mine = 1;
CREATE UNIQUE INDEX messages_once ON messages (conversation, once) WHERE once IS NOT NULL;

-- Words of messages, by their numbers; `marks` are `c` and a conversation's key, `s` and a scope's.
CREATE VIRTUAL TABLE message_words USING fts5 (
  text, marks, content = '', contentless_delete = 1, detail = full, tokenize = "ascii"
);
-- Words are taken out through here: within a trigger, FTS5's own rows do not become the connection's last inserted one, whose
-- number is then larger than a number in JavaScript and makes every later statement of anybody throw.
CREATE VIEW message_unsaid AS SELECT 0 AS number WHERE 0;
CREATE TRIGGER message_unsaid_now INSTEAD OF INSERT ON message_unsaid BEGIN
  DELETE FROM message_words WHERE rowid = new.number;
END;
