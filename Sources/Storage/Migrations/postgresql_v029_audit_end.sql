-- The seal of the audit chain's present end. It is the only one of its kind, so that an earlier seal cannot stand for it.
CREATE TABLE audit_end (
    id   BIGINT PRIMARY KEY CHECK (id = 1),
    seq  BIGINT NOT NULL,                                -- of the chain's last row when it was sealed
    hash TEXT COLLATE "C" NOT NULL,                      -- that row's
    at   BIGINT NOT NULL,
    code TEXT COLLATE "C" NOT NULL                       -- HMAC-SM3 over the three and the word "end", its first 128 bits, hexadecimal
);
