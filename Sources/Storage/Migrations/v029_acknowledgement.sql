-- What operators have taken note of, until when; and what a bulk job does with its dead letters.
CREATE TABLE acknowledgement (
    trouble TEXT    PRIMARY KEY,             -- its kind and, of dead letters, the code of their error
    known   INTEGER NOT NULL,                -- how much of it there was: more of it ends this
    actor   TEXT    NOT NULL,
    reason  TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    ends_at INTEGER NOT NULL
) STRICT;

ALTER TABLE bulk_job ADD COLUMN act TEXT NOT NULL DEFAULT 'retry'
    CONSTRAINT act_known CHECK (act IN ('retry', 'discard'));
