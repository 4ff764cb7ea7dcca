-- What is erased after its time. A row stays with its names, codes, times and digests; its content is empty, and
-- `erased_at` tells that this is no damage.
ALTER TABLE referral ADD COLUMN erased_at INTEGER;
-- The document brings a status share: it is erased then, whatever else it holds.
ALTER TABLE referral ADD COLUMN share_until INTEGER;
ALTER TABLE application ADD COLUMN erased_at INTEGER;
ALTER TABLE application ADD COLUMN statuses_erased_at INTEGER;
ALTER TABLE application ADD COLUMN history_erased_at INTEGER;
ALTER TABLE status ADD COLUMN erased_at INTEGER;
ALTER TABLE message ADD COLUMN erased_at INTEGER;
ALTER TABLE follow_up ADD COLUMN erased_at INTEGER;
-- The message that brought a share.
ALTER TABLE evidence ADD COLUMN referral_id TEXT;

UPDATE referral SET share_until = received_at + 31536000000 WHERE outcome = 'shared';

-- What was not erased yet, in the order of names.
CREATE INDEX referral_kept ON referral (id) WHERE erased_at IS NULL;
CREATE INDEX referral_share_kept ON referral (id) WHERE share_until IS NOT NULL AND erased_at IS NULL;
CREATE INDEX application_kept ON application (no) WHERE erased_at IS NULL;
CREATE INDEX application_statuses_kept ON application (no) WHERE statuses_erased_at IS NULL;
CREATE INDEX application_history_kept ON application (no) WHERE history_erased_at IS NULL;
CREATE INDEX message_ended_dead_letter ON message (id)
    WHERE state IN ('discarded', 'delivered') AND dead_since IS NOT NULL AND erased_at IS NULL;
CREATE INDEX reference_of_referral ON reference (referral_id);

CREATE INDEX evidence_of_referral ON evidence (referral_id) WHERE referral_id IS NOT NULL;

-- Where something stands that was derived from a status share: an application, a follow-up, the answer to a referral, a
-- message to an institution. It is taken out then.
CREATE TABLE share_trace (
    subject TEXT    PRIMARY KEY,
    until   INTEGER NOT NULL
) STRICT;

CREATE INDEX share_trace_until ON share_trace (until, subject);

-- Releases before this one kept no such list: hints that rest on a share name it.
INSERT INTO share_trace (subject, until)
SELECT a.no, coalesce((SELECT max(h.at) FROM history h WHERE h.subject = a.no AND h.event = 'evidenceFound'),
    r.received_at) + 31536000000 FROM application a JOIN referral r ON r.id = a.referral_id
WHERE instr(CAST(a.content AS TEXT), '"shares[') > 0;
INSERT INTO share_trace (subject, until)
SELECT id, received_at + 31536000000 FROM referral WHERE instr(CAST(answer AS TEXT), '"shares[') > 0;
INSERT INTO share_trace (subject, until)
SELECT id, received_at + 31536000000 FROM follow_up WHERE instr(CAST(content AS TEXT), '"shares":') > 0
ON CONFLICT DO NOTHING;
INSERT INTO share_trace (subject, until)
SELECT id, created_at + 31536000000 FROM message
WHERE channel = 'application' AND payload IS NOT NULL AND instr(CAST(payload AS TEXT), '"shares[') > 0
ON CONFLICT DO NOTHING;

-- Of uploads from before it is not known which messages refer to them.
ALTER TABLE upload ADD COLUMN is_unlisted INTEGER NOT NULL DEFAULT 0;
UPDATE upload SET is_unlisted = 1;

-- Which messages refer to an upload: it goes with the last of them.
CREATE TABLE upload_reference (
    partner     TEXT NOT NULL,
    sha256      TEXT NOT NULL,
    referral_id TEXT NOT NULL REFERENCES referral (id),
    PRIMARY KEY (partner, sha256, referral_id)
) STRICT, WITHOUT ROWID;

-- What was erased, a row for each transaction, and the digest of each record's content: by them an erasure is proved.
CREATE TABLE erasure (
    seq      INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    part     TEXT    NOT NULL,
    days     INTEGER,                        -- the period; none where a person had asked for it
    records  INTEGER NOT NULL,
    bytes    INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    digest   TEXT    NOT NULL                -- SM3 over a line for each record
) STRICT;

CREATE TABLE erased_record (
    erasure INTEGER NOT NULL REFERENCES erasure (seq),
    name    TEXT    NOT NULL,
    digest  TEXT    NOT NULL,                -- SM3 of what was there
    PRIMARY KEY (erasure, name)
) STRICT, WITHOUT ROWID;
