/**
 * Steps that bring a store forward: the first one makes version 1 out of nothing, each further one the next version.
 * A step is never changed once it has been released. Times are µs since the Unix epoch, addresses 48-bit numbers.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE devices (
    mac INTEGER PRIMARY KEY,
    name TEXT,
    known INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE incidents (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL,
    tier TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    raised_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    resolved_at INTEGER,
    acknowledged INTEGER NOT NULL,
    title TEXT NOT NULL,
    message TEXT NOT NULL,
    evidence TEXT NOT NULL
  ) STRICT;
  CREATE INDEX incidents_by_time ON incidents (raised_at);
  CREATE TABLE nodes (
    name TEXT PRIMARY KEY,
    mac INTEGER UNIQUE,
    key BLOB NOT NULL,
    boot_floor INTEGER NOT NULL DEFAULT 0,
    hub_boot INTEGER NOT NULL DEFAULT 0,
    hub_counter INTEGER NOT NULL DEFAULT 0,
    added_at INTEGER NOT NULL,
    last_heard INTEGER
  ) STRICT;
  CREATE TABLE quiets (
    identity TEXT PRIMARY KEY,
    until INTEGER
  ) STRICT;
  CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE block_runs (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    mac INTEGER NOT NULL,
    name TEXT NOT NULL,
    change TEXT NOT NULL,
    person TEXT NOT NULL,
    called TEXT,
    undo TEXT,
    incident TEXT,
    outcome TEXT NOT NULL,
    failure TEXT
  ) STRICT;
  `,
];
