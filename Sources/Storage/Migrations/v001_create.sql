-- Times are milliseconds since 1970-01-01T00:00:00Z. Identifiers are ULIDs: they grow, which keeps their indexes
-- sequential; an index over a random key halves the durable rate.

CREATE TABLE referral (
    id              TEXT    PRIMARY KEY,
    partner         TEXT    NOT NULL,
    message_id      TEXT,                    -- the sender's own; unreadable messages have none
    digest          TEXT    NOT NULL,        -- SM3 of raw, hexadecimal
    raw             BLOB    NOT NULL,        -- the bytes as they came (claim check)
    media_type      TEXT    NOT NULL,
    encoding        TEXT,
    received_at     INTEGER NOT NULL,
    mapping_id      TEXT,
    mapping_version INTEGER,
    mapping_digest  TEXT,
    outcome         TEXT    NOT NULL,
    is_invalid      INTEGER NOT NULL,
    answer          BLOB    NOT NULL,        -- the receipt, or the problem of an invalid message; JSON
    CONSTRAINT outcome_known CHECK (outcome IN ('accepted', 'lead', 'shared', 'parked', 'invalid')),
    CONSTRAINT invalid_is_invalid CHECK (is_invalid = (outcome = 'invalid'))
) STRICT;

-- Idempotent Receiver. An invalid message leaves its id free for the corrected one.
CREATE UNIQUE INDEX referral_same_message_once ON referral (partner, message_id)
    WHERE is_invalid = 0 AND message_id IS NOT NULL;
CREATE INDEX referral_invalid_digest ON referral (partner, digest) WHERE is_invalid = 1;

CREATE TABLE application (
    no          TEXT    PRIMARY KEY,
    referral_id TEXT    NOT NULL REFERENCES referral (id),
    queue       TEXT,                        -- the responsible institution, once there is one
    content     BLOB    NOT NULL,            -- canonical application, JSON
    case_state  TEXT,
    road        TEXT,
    version     INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE INDEX application_of_referral ON application (referral_id);

CREATE TABLE message (
    id                TEXT    PRIMARY KEY,
    channel           TEXT    NOT NULL,
    correlation_id    TEXT    NOT NULL,      -- the application; the referral on the referral channel
    partner           TEXT    NOT NULL,
    sender_message_id TEXT,
    recipient         TEXT,                  -- the queue or the partner; none yet where routing failed
    payload           BLOB,                  -- only on the status channel: the others are kept once, elsewhere
    media_type        TEXT    NOT NULL,
    created_at        INTEGER NOT NULL,
    due_at            INTEGER NOT NULL,      -- the most urgent clock; far away where there is none
    priority          INTEGER NOT NULL,
    keep_until        INTEGER,
    state             TEXT    NOT NULL,
    attempt           INTEGER NOT NULL DEFAULT 0,
    ready_at          INTEGER,               -- may be claimed from then on; the end of the lease while claimed
    reason            TEXT,
    dead_since        INTEGER,
    problem           TEXT,
    findings          BLOB,                  -- JSON array
    finished_at       INTEGER,
    CONSTRAINT channel_known  CHECK (channel IN ('referral', 'application', 'status')),
    CONSTRAINT state_known    CHECK (state IN ('queued', 'claimed', 'delivered', 'dead', 'discarded')),
    CONSTRAINT open_is_ready  CHECK ((ready_at IS NOT NULL) = (state IN ('queued', 'claimed'))),
    CONSTRAINT dead_has_reason CHECK ((reason IS NOT NULL AND dead_since IS NOT NULL) OR state <> 'dead'),
    CONSTRAINT reason_known   CHECK (reason IN ('invalid', 'unroutable', 'exhausted', 'undeliverable', 'expired')),
    CONSTRAINT finished_final CHECK ((finished_at IS NOT NULL) = (state IN ('delivered', 'discarded')))
) STRICT;

CREATE INDEX message_open_by_urgency ON message (channel, recipient, priority DESC, due_at, id)
    WHERE state IN ('queued', 'claimed');
CREATE INDEX message_open_status ON message (correlation_id, id)
    WHERE channel = 'status' AND state IN ('queued', 'claimed');
CREATE INDEX message_dead ON message (id) WHERE state = 'dead';
CREATE INDEX message_of_referral ON message (correlation_id) WHERE channel = 'referral';

CREATE TABLE status (
    id             TEXT    PRIMARY KEY,
    application_no TEXT    NOT NULL REFERENCES application (no),
    code           TEXT    NOT NULL,
    content        BLOB    NOT NULL,         -- canonical status, JSON
    at             INTEGER NOT NULL
) STRICT;

CREATE INDEX status_of_application ON status (application_no, id);

CREATE TABLE history (
    subject TEXT    NOT NULL,                -- a message, a referral or an application
    at      INTEGER NOT NULL,
    event   TEXT    NOT NULL,
    actor   TEXT    NOT NULL,
    detail  TEXT
) STRICT;

CREATE INDEX history_of_subject ON history (subject);

CREATE TABLE heartbeat (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    at INTEGER NOT NULL
) STRICT;
