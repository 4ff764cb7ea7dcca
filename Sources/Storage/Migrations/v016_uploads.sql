-- Attachments that a partner uploaded before the message that refers to them. Nobody else's messages can.
CREATE TABLE upload (
    partner     TEXT    NOT NULL,
    sha256      TEXT    NOT NULL,            -- of bytes, hexadecimal
    sm3         TEXT    NOT NULL,
    media_type  TEXT    NOT NULL,
    size        INTEGER NOT NULL,
    bytes       BLOB    NOT NULL,
    received_at INTEGER NOT NULL,
    keep_until  INTEGER,                     -- erased then; none once a stored message refers to it
    PRIMARY KEY (partner, sha256)
) STRICT;

CREATE INDEX upload_waiting ON upload (partner, keep_until, size) WHERE keep_until IS NOT NULL;
CREATE INDEX upload_ending ON upload (keep_until) WHERE keep_until IS NOT NULL;
