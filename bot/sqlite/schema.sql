-- Version 1. Times are milliseconds since 1970. Everything named blob or
-- wrapped is sealed by the service; the store never sees inside.
--
-- Tables whose rows hold blobs keep a rowid: a row stays on one page and the
-- key columns stay out of the way. The others are their own index.

CREATE TABLE state (
  id       INTEGER PRIMARY KEY,
  practice TEXT NOT NULL,
  subject  TEXT NOT NULL,
  version  INTEGER NOT NULL, -- an unsigned number in a signed one's bits
  blob     BLOB NOT NULL,
  UNIQUE (practice, subject)
) STRICT;

CREATE TABLE key (
  practice TEXT NOT NULL,
  id       TEXT NOT NULL,
  wrapped  BLOB NOT NULL,
  PRIMARY KEY (practice, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE seen (
  practice TEXT NOT NULL,
  event    TEXT NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (practice, event)
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_at ON seen (at);

CREATE TABLE letter (
  id       INTEGER PRIMARY KEY, -- the order
  practice TEXT NOT NULL,
  subject  TEXT NOT NULL,
  event    TEXT NOT NULL,
  key      TEXT NOT NULL,
  blob     BLOB NOT NULL
) STRICT;
CREATE INDEX letter_of ON letter (practice, subject, id);

-- A lane has a row while a parcel is in it that is not aside.
CREATE TABLE lane (
  practice TEXT NOT NULL,
  channel  TEXT NOT NULL,
  subject  TEXT NOT NULL,
  ready    INTEGER NOT NULL,
  token    INTEGER NOT NULL, -- of the claim that stands, or 0
  tries    INTEGER NOT NULL, -- of the head, outcome unknown, the standing claim included
  PRIMARY KEY (practice, channel, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX lane_ready ON lane (practice, channel, ready, subject);

CREATE TABLE parcel (
  id       INTEGER PRIMARY KEY, -- the order
  practice TEXT NOT NULL,
  channel  TEXT NOT NULL,
  subject  TEXT NOT NULL,
  name     TEXT NOT NULL,
  key      TEXT NOT NULL,
  blob     BLOB NOT NULL
) STRICT;
CREATE INDEX parcel_of ON parcel (practice, channel, subject, id);

CREATE TABLE receipt (
  practice TEXT NOT NULL,
  channel  TEXT NOT NULL,
  subject  TEXT NOT NULL,
  slot     TEXT NOT NULL,
  key      TEXT NOT NULL,
  blob     BLOB NOT NULL,
  PRIMARY KEY (practice, channel, subject, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE due (
  practice TEXT NOT NULL,
  id       TEXT NOT NULL,
  at       INTEGER NOT NULL,
  ready    INTEGER NOT NULL, -- at, or the end of the lease of who claimed it
  subject  TEXT NOT NULL,
  key      TEXT NOT NULL,
  blob     BLOB NOT NULL,
  PRIMARY KEY (practice, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX due_ready ON due (practice, ready, id);

CREATE TABLE member (
  practice TEXT NOT NULL,
  name     TEXT NOT NULL, -- of the index
  member   TEXT NOT NULL,
  score    INTEGER NOT NULL,
  PRIMARY KEY (practice, name, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_score ON member (practice, name, score, member);

CREATE TABLE entry (
  id       INTEGER PRIMARY KEY, -- the order
  practice TEXT NOT NULL,
  name     TEXT NOT NULL, -- of the log
  key      TEXT NOT NULL,
  blob     BLOB NOT NULL
) STRICT;
CREATE INDEX entry_of ON entry (practice, name, id);

-- counter gives tokens to claims and an order to lanes that fill.
CREATE TABLE practice (
  id      TEXT NOT NULL PRIMARY KEY,
  owner   TEXT NOT NULL DEFAULT '',
  fence   INTEGER NOT NULL DEFAULT 0,
  counter INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE alive (
  instance TEXT NOT NULL PRIMARY KEY,
  until    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
