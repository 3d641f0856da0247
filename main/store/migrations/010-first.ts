/** The first shape of the database. Never edited: what changes later is a migration of its own. */
export const first = `
CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The organisation this laptop belongs to: one row.
CREATE TABLE organisation (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL,
  parent TEXT NOT NULL,
  symbol TEXT NOT NULL,
  preset TEXT NOT NULL,
  authority_certificate BLOB NOT NULL,
  fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
  holds_authority INTEGER NOT NULL CHECK (holds_authority IN (0, 1)),
  authority_archive BLOB,
  member TEXT NOT NULL,
  member_name TEXT NOT NULL,
  member_position TEXT NOT NULL,
  certificate BLOB,
  key_vault TEXT NOT NULL
) STRICT;

-- This laptop's own request for a certificate, until it is answered: one row.
CREATE TABLE own_enrolment (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL,
  csr BLOB NOT NULL,
  key_vault TEXT NOT NULL,
  invitation TEXT NOT NULL,
  progress TEXT NOT NULL,
  started_at TEXT NOT NULL
) STRICT;

CREATE TABLE certificates (
  fingerprint BLOB PRIMARY KEY CHECK (length(fingerprint) = 32),
  der BLOB NOT NULL,
  member TEXT,
  organisation BLOB NOT NULL CHECK (length(organisation) = 32)
) STRICT, WITHOUT ROWID;
CREATE INDEX certificates_by_member ON certificates (member);

CREATE TABLE people (
  member TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  position TEXT NOT NULL,
  certificate BLOB REFERENCES certificates (fingerprint)
) STRICT, WITHOUT ROWID;

CREATE TABLE invitations (
  id TEXT PRIMARY KEY,
  record TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE meetings (
  id TEXT PRIMARY KEY,
  convener TEXT,
  nonce TEXT,
  summary TEXT NOT NULL,
  read_only INTEGER NOT NULL CHECK (read_only IN (0, 1)),
  carrying INTEGER NOT NULL CHECK (carrying IN (0, 1)),
  addresses TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Streams have a row of their own so that long names (a document per paper and author) are kept once.
CREATE TABLE streams (
  id INTEGER PRIMARY KEY,
  meeting TEXT NOT NULL,
  stream TEXT NOT NULL,
  author TEXT NOT NULL,
  UNIQUE (meeting, stream, author)
) STRICT;

CREATE TABLE entries (
  arrival INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL REFERENCES streams (id),
  seq INTEGER NOT NULL CHECK (seq >= 1),
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  certificate BLOB NOT NULL CHECK (length(certificate) = 32),
  jws TEXT NOT NULL,
  UNIQUE (stream, seq)
) STRICT;

-- One proof for each stream is enough: more would let an author fill the disk.
CREATE TABLE forks (
  meeting TEXT NOT NULL,
  author TEXT NOT NULL,
  stream TEXT NOT NULL,
  ours TEXT NOT NULL,
  theirs TEXT NOT NULL,
  noticed_at TEXT NOT NULL,
  PRIMARY KEY (meeting, author, stream)
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: a number taken with the changes read must never come back for a later change.
CREATE TABLE pending_changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting TEXT NOT NULL,
  document TEXT NOT NULL,
  changes BLOB NOT NULL
) STRICT;
CREATE INDEX pending_changes_by_document ON pending_changes (meeting, document);

CREATE TABLE private_changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting TEXT NOT NULL,
  name TEXT NOT NULL,
  changes BLOB NOT NULL
) STRICT;
CREATE INDEX private_changes_by_name ON private_changes (meeting, name);

CREATE TABLE papers (
  sha256 BLOB PRIMARY KEY CHECK (length(sha256) = 32),
  size INTEGER NOT NULL CHECK (size >= 1),
  chunks BLOB NOT NULL CHECK (length(chunks) % 32 = 0),
  verified BLOB,
  complete INTEGER NOT NULL CHECK (complete IN (0, 1)),
  title TEXT,
  pages INTEGER
) STRICT, WITHOUT ROWID;

-- A cache: always rebuildable from entries.
CREATE TABLE document_snapshots (
  meeting TEXT NOT NULL,
  document TEXT NOT NULL,
  entries INTEGER NOT NULL,
  state BLOB NOT NULL,
  PRIMARY KEY (meeting, document)
) STRICT;
`;
