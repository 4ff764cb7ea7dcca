-- The end of the audit chain, now and then, under the gateway's key: a chain written anew does not pass through it.
CREATE TABLE audit_seal (
    seq  INTEGER PRIMARY KEY,                -- of the chain's last row then
    hash TEXT    NOT NULL,                   -- that row's
    at   INTEGER NOT NULL,
    code TEXT    NOT NULL                    -- HMAC-SM3 over the three, its first 128 bits, hexadecimal
) STRICT;

CREATE INDEX audit_of_action ON audit (action, seq);
