-- What operators have taken note of, until when; and what a bulk job does with its dead letters.
CREATE TABLE acknowledgement (
    trouble TEXT COLLATE "C" PRIMARY KEY,                -- its kind and, of dead letters, the code of their error
    known   BIGINT NOT NULL,                             -- how much of it there was: more of it ends this
    actor   TEXT COLLATE "C" NOT NULL,
    reason  TEXT COLLATE "C" NOT NULL,
    at      BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);

ALTER TABLE bulk_job ADD COLUMN act TEXT COLLATE "C" NOT NULL DEFAULT 'retry'
    CONSTRAINT act_known CHECK (act IN ('retry', 'discard'));
