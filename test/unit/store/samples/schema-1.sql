-- A store of schema 1 as it was released, with one of everything. Never changed once there is a schema 2.
PRAGMA auto_vacuum = INCREMENTAL;
CREATE TABLE devices (mac INTEGER PRIMARY KEY, name TEXT, known INTEGER NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL) STRICT;
CREATE TABLE incidents (id TEXT PRIMARY KEY, kind TEXT NOT NULL, severity TEXT NOT NULL, tier TEXT NOT NULL, subject_kind TEXT NOT NULL, subject TEXT NOT NULL, raised_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, resolved_at INTEGER, acknowledged INTEGER NOT NULL, title TEXT NOT NULL, message TEXT NOT NULL, evidence TEXT NOT NULL) STRICT;
CREATE INDEX incidents_by_time ON incidents (raised_at);
CREATE TABLE nodes (name TEXT PRIMARY KEY, mac INTEGER UNIQUE, key BLOB NOT NULL, boot_floor INTEGER NOT NULL DEFAULT 0, hub_boot INTEGER NOT NULL DEFAULT 0, hub_counter INTEGER NOT NULL DEFAULT 0, added_at INTEGER NOT NULL, last_heard INTEGER) STRICT;
CREATE TABLE quiets (identity TEXT PRIMARY KEY, until INTEGER) STRICT;
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO devices VALUES (2199023255553, 'Phone', 1, 1700000000000000, 1700000060000000);
INSERT INTO devices VALUES (2199023255554, NULL, 0, 1700000001000000, 1700000001000000);
INSERT INTO incidents VALUES ('deauth_flood.ap-020000000001.1700000000', 'deauth_flood', 'critical', 'push', 'access_point', '02:00:00:00:00:01', 1700000000500000, 1700000009000000, 1700000069000000, 1, 'A title', 'A message.', '{"observed":40,"expected":2,"unit":"frames","reason_codes":["7"]}');
INSERT INTO incidents VALUES ('node_silent.air.1700000100', 'node_silent', 'warning', 'digest', 'air', '', 1700000100000000, 1700000100000000, NULL, 0, 'A title', 'A message.', '{"observed":3,"expected":0,"unit":"minutes of silence"}');
INSERT INTO nodes VALUES ('hall', 2199023255600, x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 7, 7, 512, 1700000000000000, 1700000060000000);
INSERT INTO nodes VALUES ('attic', NULL, x'1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100', 0, 0, 0, 1700000001000000, NULL);
INSERT INTO quiets VALUES ('deauth_flood.ap-020000000002', NULL);
INSERT INTO quiets VALUES ('deauth_flood.ap-020000000003', 1700003600000000);
INSERT INTO settings VALUES ('learning_since', '1700000000000000');
PRAGMA user_version = 1;
