-- Each commit names the one before it: so a log is known that does not belong to the file it lies beside. The three values
-- stand one behind the other in the only row of a page of their own, where they are looked for in a log's pages.
CREATE TABLE commit_link (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    magic    BLOB    NOT NULL,
    previous BLOB    NOT NULL,
    own      BLOB    NOT NULL
) STRICT;

INSERT INTO commit_link (id, magic, previous, own)
VALUES (1, CAST('LGAR-commit-link' AS BLOB), zeroblob(16), zeroblob(16));

-- Which identity key the store's keyed hashes were made with: a hash of a constant under it.
CREATE TABLE identity_key (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    fingerprint TEXT    NOT NULL
) STRICT;
