-- What the operators' window keeps: why a letter is dead, what took its place, bulk jobs, the audit trail, accounts,
-- the index of quoted references, alerts.

ALTER TABLE message ADD COLUMN cause TEXT;   -- reason / failure / place: letters of one cause are mended together

UPDATE message SET cause = reason WHERE state = 'dead';

-- Only dead letters pay for these. Each ends in the page order, so a page is one seek however many letters there are.
-- State stands in those that letters are counted by, so that counting reads no row.
CREATE INDEX message_dead_by_age ON message (dead_since, id) WHERE state = 'dead';
CREATE INDEX message_dead_by_reason ON message (reason, dead_since, id, state) WHERE state = 'dead';
CREATE INDEX message_dead_by_partner ON message (partner, dead_since, id) WHERE state = 'dead';
CREATE INDEX message_dead_by_cause ON message (cause, dead_since, id, state) WHERE state = 'dead';
CREATE INDEX message_dead_by_queue ON message (recipient, dead_since, id, channel, state) WHERE state = 'dead';
CREATE INDEX message_dead_by_partner_reason ON message (partner, reason, dead_since, id, state) WHERE state = 'dead';
CREATE INDEX message_dead_by_sender_id ON message (sender_message_id, dead_since, id) WHERE state = 'dead';

-- A resent message is a new referral; the letter it took the place of stays as it came.
CREATE TABLE dead_letter_resend (
    letter    TEXT    PRIMARY KEY,
    successor TEXT    NOT NULL,              -- the referral made from it
    is_edited INTEGER NOT NULL,
    actor     TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    at        INTEGER NOT NULL
) STRICT;

CREATE INDEX dead_letter_resend_successor ON dead_letter_resend (successor);

CREATE TABLE desk_job (
    id           TEXT    PRIMARY KEY,
    filter       TEXT    NOT NULL,           -- JSON
    reason       TEXT    NOT NULL,           -- why the operator wants it
    actor        TEXT    NOT NULL,
    role         TEXT    NOT NULL,
    queue        TEXT,                       -- chosen for unroutable applications
    rate         INTEGER NOT NULL,           -- letters a second
    state        TEXT    NOT NULL,
    total        INTEGER NOT NULL,           -- letters that matched when it was made
    resent       INTEGER NOT NULL DEFAULT 0, -- on their way again
    failed_again INTEGER NOT NULL DEFAULT 0, -- back in the tray
    skipped      INTEGER NOT NULL DEFAULT 0, -- cannot be retried without a decision about each
    cursor       TEXT,                       -- the last letter that was dealt with
    runner_until INTEGER NOT NULL DEFAULT 0, -- a node works on it until then
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    CONSTRAINT job_state_known CHECK (state IN ('running', 'paused', 'stopped', 'finished')),
    CONSTRAINT rate_positive CHECK (rate > 0)
) STRICT;

CREATE INDEX desk_job_running ON desk_job (id) WHERE state = 'running';

-- Append-only. Each row's hash is the SM3 of the row with the hash before it.
CREATE TABLE audit (
    seq      INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    actor    TEXT    NOT NULL,
    role     TEXT    NOT NULL,
    action   TEXT    NOT NULL,
    subject  TEXT    NOT NULL,
    detail   TEXT    NOT NULL,
    previous TEXT    NOT NULL,
    hash     TEXT    NOT NULL
) STRICT;

CREATE INDEX audit_of_subject ON audit (subject, seq);
CREATE INDEX audit_of_actor ON audit (actor, seq);

CREATE TABLE audit_head (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    seq  INTEGER NOT NULL,
    hash TEXT    NOT NULL
) STRICT;

INSERT INTO audit_head (id, seq, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE operator_account (
    name        TEXT    PRIMARY KEY,
    role        TEXT    NOT NULL,
    secret      TEXT    NOT NULL,            -- salted hash of the password, with its parameters
    is_disabled INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    CONSTRAINT role_known CHECK (role IN ('viewer', 'operator', 'auditor', 'administrator'))
) STRICT;

CREATE TABLE operator_session (
    token_hash TEXT    PRIMARY KEY,          -- SHA-256; the token itself is nowhere
    account    TEXT    NOT NULL REFERENCES operator_account (name),
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL
) STRICT;

CREATE INDEX operator_session_of_account ON operator_session (account);
CREATE INDEX operator_session_by_end ON operator_session (ends_at);

-- Failed sign-ins, by account and by source address.
CREATE TABLE sign_in_failure (
    key          TEXT    PRIMARY KEY,        -- SHA-256: a password typed as a name must not be kept
    failures     INTEGER NOT NULL,
    last_at      INTEGER NOT NULL,
    locked_until INTEGER NOT NULL
) STRICT;

-- What a sender or an institution may quote, written in batches behind the intake: a random-key index inside its
-- transaction would halve the durable rate.
CREATE TABLE reference (
    value          TEXT NOT NULL,
    kind           TEXT NOT NULL,
    referral_id    TEXT NOT NULL,
    application_no TEXT NOT NULL,            -- empty where it names the whole referral
    PRIMARY KEY (value, kind, referral_id, application_no)
) STRICT;

CREATE TABLE reference_cursor (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    referral_id TEXT    NOT NULL
) STRICT;

INSERT INTO reference_cursor (id, referral_id) VALUES (1, '');

CREATE INDEX referral_of_partner ON referral (partner, id, outcome);

-- All messages of one application, for its trace. Applications' numbers grow, so it stays sequential.
CREATE INDEX message_of_correlation ON message (correlation_id, id);

-- Alerts that have begun and are not over.
CREATE TABLE alert (
    rule        TEXT    NOT NULL,
    subject     TEXT    NOT NULL,
    began_at    INTEGER NOT NULL,
    quiet_since INTEGER,                     -- the condition is absent since then
    PRIMARY KEY (rule, subject)
) STRICT;

CREATE TABLE alert_notice (
    id       TEXT    PRIMARY KEY,
    body     TEXT    NOT NULL,               -- JSON as the webhook gets it
    at       INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at  INTEGER,                        -- to be sent then; nothing once it is sent or given up
    problem  TEXT
) STRICT;

CREATE INDEX alert_notice_open ON alert_notice (next_at) WHERE next_at IS NOT NULL;

-- The running clocks in the order they come due, for the operators' list and figures.
CREATE INDEX clock_running ON clock (due_at, application_no) WHERE is_running = 1;
