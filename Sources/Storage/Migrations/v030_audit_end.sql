-- The seal of the audit chain's present end. It is the only one of its kind, so that an earlier seal cannot stand for it.
CREATE TABLE audit_end (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    seq  INTEGER NOT NULL,                   -- of the chain's last row when it was sealed
    hash TEXT    NOT NULL,                   -- that row's
    at   INTEGER NOT NULL,
    code TEXT    NOT NULL                    -- HMAC-SM3 over the three and the word "end", its first 128 bits, hexadecimal
) STRICT;
