-- Personal data at rest: keys that seal values, each wrapped by a master key that is kept outside of the store. There are
-- none where no encryption is configured.
CREATE TABLE data_key (
    id      INTEGER PRIMARY KEY,             -- stands in what it has sealed; 0 is the key of look-ups
    suite   TEXT    NOT NULL,
    master  TEXT    NOT NULL,                -- fingerprint of the master key
    wrapped BLOB    NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sealing (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    holds_clear INTEGER NOT NULL,            -- values or freed pages from before may be in clear
    key_id      INTEGER,                     -- of a rotation under way, the key that it seals by
    place       INTEGER NOT NULL DEFAULT 0,  -- the column at which it is, in the order of the program
    position    INTEGER NOT NULL DEFAULT 0,  -- the row behind which it goes on
    rows_done   INTEGER NOT NULL DEFAULT 0
) STRICT;

ALTER TABLE referral ADD COLUMN raw_bytes INTEGER; -- of raw as it came; a sealed one is longer
