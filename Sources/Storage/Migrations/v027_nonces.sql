-- Nonces of signed calls (RFC 9421), until no signature with them would be taken any more.
CREATE TABLE used_nonce (
    key_id TEXT    NOT NULL,
    nonce  TEXT    NOT NULL,
    until  INTEGER NOT NULL,
    PRIMARY KEY (key_id, nonce)
) STRICT, WITHOUT ROWID;

CREATE INDEX used_nonce_until ON used_nonce (until);
