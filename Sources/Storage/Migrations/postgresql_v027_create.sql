-- The schema as the migrations of SQLite leave it, at their number 27; a test holds the two to each other. What a later
-- release changes is a file of its own here as there.
--
-- Times are milliseconds since 1970-01-01T00:00:00Z, flags are 0 and 1. Texts are compared byte by byte, as in SQLite.
-- `commit_link` is missing: PostgreSQL looks after its own log.

-- How many migrations the store has.
CREATE TABLE gateway_schema (
    id      BIGINT PRIMARY KEY CHECK (id = 1),
    version BIGINT NOT NULL
);

INSERT INTO gateway_schema (id, version) VALUES (1, 27);

-- Functions of SQLite that statements of the store use.
CREATE FUNCTION instr(TEXT, TEXT) RETURNS INTEGER LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS 'SELECT strpos($1, $2)';
CREATE FUNCTION unixepoch() RETURNS BIGINT LANGUAGE sql STABLE PARALLEL SAFE
    AS 'SELECT floor(extract(epoch FROM now()))::bigint';

CREATE TABLE referral (
    id              TEXT COLLATE "C" PRIMARY KEY,
    partner         TEXT COLLATE "C" NOT NULL,
    message_id      TEXT COLLATE "C",                    -- the sender's own; unreadable messages have none
    digest          TEXT COLLATE "C" NOT NULL,           -- SM3 of raw, hexadecimal
    raw             BYTEA NOT NULL,                      -- the bytes as they came (claim check)
    media_type      TEXT COLLATE "C" NOT NULL,
    encoding        TEXT COLLATE "C",
    received_at     BIGINT NOT NULL,
    mapping_id      TEXT COLLATE "C",
    mapping_version BIGINT,
    mapping_digest  TEXT COLLATE "C",
    outcome         TEXT COLLATE "C" NOT NULL,
    is_invalid      BIGINT NOT NULL,
    answer          BYTEA NOT NULL,                      -- the receipt, or the problem of an invalid message; JSON
    traceparent     TEXT COLLATE "C",
    about           TEXT COLLATE "C",
    asked_mapping   TEXT COLLATE "C",
    corrects        TEXT COLLATE "C" REFERENCES referral (id),
    raw_bytes       BIGINT,                              -- of raw as it came; a sealed one is longer
    erased_at       BIGINT,
    share_until     BIGINT,
    CONSTRAINT outcome_known CHECK (outcome IN ('accepted', 'lead', 'shared', 'parked', 'invalid')),
    CONSTRAINT invalid_is_invalid CHECK ((is_invalid = 1) = (outcome = 'invalid'))
);
CREATE UNIQUE INDEX referral_same_message_once ON referral (partner, message_id)
    WHERE is_invalid = 0 AND message_id IS NOT NULL;
CREATE INDEX referral_invalid_digest ON referral (partner, digest) WHERE is_invalid = 1;
CREATE INDEX referral_invalid_by_message_id ON referral (partner, message_id) WHERE is_invalid = 1;
CREATE INDEX referral_of_partner ON referral (partner, id, outcome);
CREATE INDEX referral_correcting ON referral (corrects) WHERE corrects IS NOT NULL;
CREATE INDEX referral_kept ON referral (id) WHERE erased_at IS NULL;
CREATE INDEX referral_share_kept ON referral (id) WHERE share_until IS NOT NULL AND erased_at IS NULL;

CREATE TABLE application (
    no                  TEXT COLLATE "C" PRIMARY KEY,
    referral_id         TEXT COLLATE "C" NOT NULL REFERENCES referral (id),
    queue               TEXT COLLATE "C",                -- the responsible institution, once there is one
    content             BYTEA NOT NULL,                  -- canonical application, JSON
    case_state          TEXT COLLATE "C",
    aid_route           TEXT COLLATE "C",
    version             BIGINT NOT NULL DEFAULT 1,
    referral_state      TEXT COLLATE "C" NOT NULL DEFAULT 'received',
    application_message TEXT COLLATE "C",
    handover_state      TEXT COLLATE "C" NOT NULL DEFAULT 'collected',
    handover_to         TEXT COLLATE "C",
    handover_due        BIGINT,
    handover_returns    BIGINT NOT NULL DEFAULT 0,
    lead_state          TEXT COLLATE "C",
    applied_at          BIGINT,
    stepped_at          BIGINT,
    erased_at           BIGINT,
    statuses_erased_at  BIGINT,
    history_erased_at   BIGINT,
    month               TEXT COLLATE "C",
    facts               TEXT COLLATE "C",
    CONSTRAINT referral_state_known CHECK (referral_state IN ('received', 'quarantined', 'duplicate', 'normalized',
        'leadOnly', 'shared', 'routed', 'routingManual', 'queued', 'signedIn', 'returnedToSender', 'handedOver',
        'cancelled', 'parked', 'attached')),
    CONSTRAINT case_state_known CHECK (case_state IN ('pendingIntake', 'supplementRequested',
        'provisionallyAccepted', 'accepted', 'crossRegionChecking', 'advanceAid', 'granted', 'refused',
        'deemedWithdrawn', 'withdrawn', 'transferredOut', 'noticeChecked', 'noticeIncomplete', 'refusalExamined',
        'assigned', 'entrusted', 'inProgress', 'replacing', 'terminated', 'closed', 'archived', 'objectionPending',
        'objectionUpheld', 'objectionCorrected', 'helpRequested', 'dutyLawyerArranged', 'helpGiven')),
    CONSTRAINT one_is_responsible CHECK (queue IS NOT NULL OR (case_state IS NULL AND referral_state NOT IN
        ('queued', 'signedIn', 'handedOver'))),
    CONSTRAINT handover_state_known CHECK (handover_state IN ('collected', 'proposed', 'handedOver', 'escalated',
        'external')),
    CONSTRAINT proposed_to_somebody CHECK ((handover_to IS NOT NULL) = (handover_state = 'proposed')),
    CONSTRAINT lead_state_known CHECK (lead_state IN ('registered', 'contacted', 'applied', 'declined'))
);
CREATE INDEX application_of_referral ON application (referral_id);
CREATE INDEX application_handover_due ON application (handover_due) WHERE handover_state = 'proposed';
CREATE INDEX lead_open ON application (no) WHERE lead_state IN ('registered', 'contacted');
CREATE INDEX lead_by_state ON application (lead_state, no) WHERE lead_state IS NOT NULL;
CREATE INDEX application_from_lead ON application (applied_at, no) WHERE applied_at IS NOT NULL;
CREATE INDEX application_kept ON application (no) WHERE erased_at IS NULL;
CREATE INDEX application_statuses_kept ON application (no) WHERE statuses_erased_at IS NULL;
CREATE INDEX application_history_kept ON application (no) WHERE history_erased_at IS NULL;
CREATE INDEX lead_by_number ON application (no, lead_state, referral_state) WHERE lead_state IS NOT NULL;

CREATE TABLE dead_letter_count (
    id       BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    partner  TEXT COLLATE "C" NOT NULL,
    cause    TEXT COLLATE "C" NOT NULL,
    channel  TEXT COLLATE "C" NOT NULL,
    queue    TEXT COLLATE "C" NOT NULL,                  -- empty where no institution's queue is concerned
    reason   TEXT COLLATE "C" NOT NULL,
    messages BIGINT NOT NULL,
    CONSTRAINT same_pile_once UNIQUE (partner, cause, channel, queue, reason),
    CONSTRAINT pile_holds_some CHECK (messages > 0)
);

CREATE TABLE message (
    id                TEXT COLLATE "C" PRIMARY KEY,
    channel           TEXT COLLATE "C" NOT NULL,
    correlation_id    TEXT COLLATE "C" NOT NULL,         -- the application; the referral on the referral channel
    partner           TEXT COLLATE "C" NOT NULL,
    sender_message_id TEXT COLLATE "C",
    recipient         TEXT COLLATE "C",                  -- the queue or the partner; none yet where routing failed
    payload           BYTEA,                             -- only on the status channel: the others are kept once, elsewhere
    media_type        TEXT COLLATE "C" NOT NULL,
    created_at        BIGINT NOT NULL,
    due_at            BIGINT NOT NULL,                   -- the most urgent clock; far away where there is none
    priority          BIGINT NOT NULL,
    keep_until        BIGINT,
    state             TEXT COLLATE "C" NOT NULL,
    attempt           BIGINT NOT NULL DEFAULT 0,
    ready_at          BIGINT,                            -- may be claimed from then on; the end of the lease while claimed
    reason            TEXT COLLATE "C",
    dead_since        BIGINT,
    problem           TEXT COLLATE "C",
    findings          BYTEA,                             -- JSON array
    finished_at       BIGINT,
    traceparent       TEXT COLLATE "C",
    feed_position     BIGINT,
    cause             TEXT COLLATE "C",                  -- reason / failure / place: dead letters of one cause are mended together
    count_row         BIGINT REFERENCES dead_letter_count (id),
    record_index      BIGINT,
    record_count      BIGINT,
    erased_at         BIGINT,
    CONSTRAINT dead_on_a_pile CHECK ((count_row IS NOT NULL) = (state = 'dead')),
    CONSTRAINT channel_known CHECK (channel IN ('referral', 'application', 'status')),
    CONSTRAINT state_known CHECK (state IN ('queued', 'claimed', 'delivered', 'dead', 'discarded')),
    CONSTRAINT open_is_ready CHECK ((ready_at IS NOT NULL) = (state IN ('queued', 'claimed'))),
    CONSTRAINT dead_has_reason CHECK ((reason IS NOT NULL AND dead_since IS NOT NULL) OR state <> 'dead'),
    CONSTRAINT reason_known CHECK (reason IN ('invalid', 'unroutable', 'exhausted', 'undeliverable', 'expired')),
    CONSTRAINT finished_final CHECK ((finished_at IS NOT NULL) = (state IN ('delivered', 'discarded')))
);
CREATE INDEX message_open_by_urgency ON message (channel, recipient, priority DESC, due_at, id)
    WHERE state IN ('queued', 'claimed');
CREATE INDEX message_open_status ON message (correlation_id, id)
    WHERE channel = 'status' AND state IN ('queued', 'claimed');
CREATE INDEX message_of_referral ON message (correlation_id) WHERE channel = 'referral';
CREATE UNIQUE INDEX message_in_feed ON message (recipient, feed_position) WHERE feed_position IS NOT NULL;
CREATE INDEX message_keep_until ON message (keep_until)
    WHERE keep_until IS NOT NULL AND state IN ('queued', 'claimed');
CREATE INDEX message_told ON message (recipient, id) WHERE channel = 'status';
CREATE INDEX message_dead_by_age ON message (dead_since, id) WHERE state = 'dead';
CREATE INDEX message_dead_by_reason ON message (reason, dead_since, id, state) WHERE state = 'dead';
CREATE INDEX message_dead_by_partner ON message (partner, dead_since, id) WHERE state = 'dead';
CREATE INDEX message_dead_by_sender_id ON message (sender_message_id, dead_since, id) WHERE state = 'dead';
CREATE INDEX message_of_correlation ON message (correlation_id, id);
CREATE INDEX message_dead_by_count_row ON message (count_row, dead_since, id) WHERE count_row IS NOT NULL;
CREATE INDEX message_ended_dead_letter ON message (id)
    WHERE state IN ('discarded', 'delivered') AND dead_since IS NOT NULL AND erased_at IS NULL;

CREATE TABLE status (
    id             TEXT COLLATE "C" PRIMARY KEY,
    application_no TEXT COLLATE "C" NOT NULL REFERENCES application (no),
    code           TEXT COLLATE "C" NOT NULL,
    content        BYTEA NOT NULL,                       -- canonical status, JSON
    at             BIGINT NOT NULL,
    erased_at      BIGINT
);
CREATE INDEX status_of_application ON status (application_no, id);

CREATE TABLE history (
    rowid       BIGINT GENERATED ALWAYS AS IDENTITY,     -- the order in which it was written
    subject     TEXT COLLATE "C" NOT NULL,               -- a message, a referral or an application
    at          BIGINT NOT NULL,
    event       TEXT COLLATE "C" NOT NULL,
    actor       TEXT COLLATE "C" NOT NULL,
    detail      TEXT COLLATE "C",
    occurred_at BIGINT
);
CREATE INDEX history_of_subject ON history (subject);

CREATE TABLE heartbeat (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    at BIGINT NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE case_key (
    quarter        BIGINT NOT NULL,                      -- year * 4 + quarter of receipt
    key            TEXT COLLATE "C" NOT NULL,            -- HMAC-SM3, its first 128 bits, hexadecimal
    application_no TEXT COLLATE "C" NOT NULL REFERENCES application (no)
);
CREATE INDEX case_key_of_application ON case_key (application_no);
CREATE INDEX case_key_newest ON case_key (quarter, key, application_no);

CREATE TABLE follow_up (
    id          TEXT COLLATE "C" PRIMARY KEY,
    referral_id TEXT COLLATE "C" NOT NULL REFERENCES referral (id),
    partner     TEXT COLLATE "C" NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    content     BYTEA NOT NULL,                          -- canonical, JSON
    names       TEXT COLLATE "C" NOT NULL,               -- how it names its application, a name a line, the most telling first
    person      TEXT COLLATE "C" NOT NULL,               -- whose application is meant, where it says so
    received_at BIGINT NOT NULL,
    keep_until  BIGINT NOT NULL,
    is_notice   BIGINT NOT NULL DEFAULT 0,
    erased_at   BIGINT,
    CONSTRAINT is_notice_known CHECK (is_notice IN (0, 1)),
    CONSTRAINT kind_known CHECK (kind IN ('supplement', 'cancel', 'caseEvent', 'transfer', 'statusShare')),
    CONSTRAINT state_known CHECK (state IN ('parked', 'attached', 'quarantined'))
);
CREATE INDEX follow_up_of_referral ON follow_up (referral_id);
CREATE INDEX follow_up_parked ON follow_up (keep_until) WHERE state = 'parked';

CREATE TABLE awaited_key (
    key          TEXT COLLATE "C" NOT NULL,
    follow_up_id TEXT COLLATE "C" NOT NULL REFERENCES follow_up (id),
    PRIMARY KEY (key, follow_up_id)
);

CREATE TABLE followed_by (
    application_no TEXT COLLATE "C" NOT NULL REFERENCES application (no),
    follow_up_id   TEXT COLLATE "C" NOT NULL REFERENCES follow_up (id),
    PRIMARY KEY (application_no, follow_up_id)
);
CREATE INDEX followed_by_follow_up ON followed_by (follow_up_id);

CREATE TABLE clock (
    application_no    TEXT COLLATE "C" NOT NULL REFERENCES application (no),
    id                TEXT COLLATE "C" NOT NULL,         -- such as CLK-05; a second one of the kind is CLK-05#2
    content           BYTEA NOT NULL,                    -- JSON: start, pauses, basis
    due_at            BIGINT NOT NULL,
    soon_at           BIGINT,                            -- from then on the end is near
    is_running        BIGINT NOT NULL,                   -- neither met, nor stopped, nor paused
    soon_raised_at    BIGINT,                            -- each is raised once for each due date, by whichever node claims it
    overdue_raised_at BIGINT,
    ended_at          BIGINT,
    outcome           TEXT COLLATE "C",
    institution       TEXT COLLATE "C",
    PRIMARY KEY (application_no, id),
    CONSTRAINT outcome_known CHECK (outcome IN ('running', 'paused', 'met', 'late', 'ended', 'untested'))
);
CREATE INDEX clock_overdue ON clock (due_at) WHERE is_running = 1 AND overdue_raised_at IS NULL;
CREATE INDEX clock_soon ON clock (soon_at)
    WHERE is_running = 1 AND soon_raised_at IS NULL AND overdue_raised_at IS NULL;
CREATE INDEX clock_running ON clock (due_at, application_no, id) WHERE is_running = 1;
CREATE INDEX clock_ended ON clock (due_at, application_no, id) WHERE ended_at IS NOT NULL;
CREATE INDEX clock_open ON clock (application_no) WHERE ended_at IS NULL;

CREATE TABLE evidence (
    id          TEXT COLLATE "C" PRIMARY KEY,
    person      TEXT COLLATE "C" NOT NULL,               -- HMAC-SM3 of the identity document, its first 128 bits, hexadecimal
    content     BYTEA NOT NULL,                          -- JSON array, as triage reads it
    partner     TEXT COLLATE "C" NOT NULL,
    received_at BIGINT NOT NULL,
    keep_until  BIGINT NOT NULL,
    referral_id TEXT COLLATE "C"
);
CREATE INDEX evidence_of_person ON evidence (person);
CREATE INDEX evidence_by_retention ON evidence (keep_until);
CREATE INDEX evidence_of_referral ON evidence (referral_id) WHERE referral_id IS NOT NULL;

CREATE TABLE feed (
    partner   TEXT COLLATE "C" PRIMARY KEY,
    last      BIGINT NOT NULL,                           -- the highest position given
    confirmed BIGINT NOT NULL                            -- everything up to here was read
) WITH (fillfactor = 50);

CREATE TABLE endpoint_pause (
    channel   TEXT COLLATE "C" NOT NULL,
    recipient TEXT COLLATE "C" NOT NULL,
    actor     TEXT COLLATE "C" NOT NULL,
    reason    TEXT COLLATE "C" NOT NULL,
    since     BIGINT NOT NULL,
    PRIMARY KEY (channel, recipient),
    CONSTRAINT channel_pausable CHECK (channel IN ('application', 'status'))
);

CREATE TABLE dead_letter_resend (
    dead_letter TEXT COLLATE "C" PRIMARY KEY,
    successor   TEXT COLLATE "C" NOT NULL,               -- the referral made from it
    is_edited   BIGINT NOT NULL,
    actor       TEXT COLLATE "C" NOT NULL,
    reason      TEXT COLLATE "C" NOT NULL,
    at          BIGINT NOT NULL
);
CREATE INDEX dead_letter_resend_successor ON dead_letter_resend (successor);

CREATE TABLE bulk_job (
    id              TEXT COLLATE "C" PRIMARY KEY,
    filter          TEXT COLLATE "C" NOT NULL,           -- JSON
    reason          TEXT COLLATE "C" NOT NULL,           -- why the operator wants it
    actor           TEXT COLLATE "C" NOT NULL,
    role            TEXT COLLATE "C" NOT NULL,
    queue           TEXT COLLATE "C",                    -- chosen for unroutable applications
    rate            BIGINT NOT NULL,                     -- dead letters a second
    state           TEXT COLLATE "C" NOT NULL,
    total           BIGINT NOT NULL,                     -- dead letters that matched when it was made
    resent          BIGINT NOT NULL DEFAULT 0,           -- on their way again
    failed_again    BIGINT NOT NULL DEFAULT 0,           -- dead letters again
    skipped         BIGINT NOT NULL DEFAULT 0,           -- cannot be retried without a decision about each
    cursor          TEXT COLLATE "C",                    -- the last dead letter that was dealt with
    runner_until    BIGINT NOT NULL DEFAULT 0,           -- a node works on it until then
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    lock_count      BIGINT NOT NULL DEFAULT 0,
    ended_otherwise BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT job_state_known CHECK (state IN ('running', 'paused', 'stopped', 'finished')),
    CONSTRAINT rate_positive CHECK (rate > 0)
);
CREATE INDEX bulk_job_running ON bulk_job (id) WHERE state = 'running';

CREATE TABLE audit (
    seq      BIGINT PRIMARY KEY,
    at       BIGINT NOT NULL,
    actor    TEXT COLLATE "C" NOT NULL,
    role     TEXT COLLATE "C" NOT NULL,
    action   TEXT COLLATE "C" NOT NULL,
    subject  TEXT COLLATE "C" NOT NULL,
    detail   TEXT COLLATE "C" NOT NULL,
    previous TEXT COLLATE "C" NOT NULL,
    hash     TEXT COLLATE "C" NOT NULL
);
CREATE INDEX audit_of_subject ON audit (subject, seq);
CREATE INDEX audit_of_actor ON audit (actor, seq);
CREATE INDEX audit_of_action ON audit (action, seq);

CREATE TABLE audit_head (
    id   BIGINT PRIMARY KEY CHECK (id = 1),
    seq  BIGINT NOT NULL,
    hash TEXT COLLATE "C" NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE operator_account (
    name           TEXT COLLATE "C" PRIMARY KEY,
    role           TEXT COLLATE "C" NOT NULL,
    secret         TEXT COLLATE "C" NOT NULL,            -- salted hash of the password, with its parameters
    is_disabled    BIGINT NOT NULL DEFAULT 0,
    created_at     BIGINT NOT NULL,
    changed_at     BIGINT NOT NULL,
    one_time_until BIGINT,
    CONSTRAINT role_known CHECK (role IN ('viewer', 'operator', 'auditor', 'administrator'))
);

CREATE TABLE operator_session (
    token_hash TEXT COLLATE "C" PRIMARY KEY,             -- SHA-256; the token itself is nowhere
    account    TEXT COLLATE "C" NOT NULL REFERENCES operator_account (name),
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL
);
CREATE INDEX operator_session_of_account ON operator_session (account);
CREATE INDEX operator_session_by_end ON operator_session (ends_at);

CREATE TABLE sign_in_failure (
    key          TEXT COLLATE "C" PRIMARY KEY,           -- SHA-256: a password typed as a name must not be kept
    failures     BIGINT NOT NULL,
    last_at      BIGINT NOT NULL,
    locked_until BIGINT NOT NULL
);

CREATE TABLE reference (
    value          TEXT COLLATE "C" NOT NULL,
    kind           TEXT COLLATE "C" NOT NULL,
    referral_id    TEXT COLLATE "C" NOT NULL,
    application_no TEXT COLLATE "C" NOT NULL,            -- empty where it names the whole referral
    PRIMARY KEY (value, kind, referral_id, application_no)
);
CREATE INDEX reference_of_referral ON reference (referral_id);

CREATE TABLE reference_cursor (
    id          BIGINT PRIMARY KEY CHECK (id = 1),
    referral_id TEXT COLLATE "C" NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE alert (
    rule        TEXT COLLATE "C" NOT NULL,
    subject     TEXT COLLATE "C" NOT NULL,
    began_at    BIGINT NOT NULL,
    quiet_since BIGINT,                                  -- the condition is absent since then
    PRIMARY KEY (rule, subject)
) WITH (fillfactor = 50);

CREATE TABLE alert_message (
    id       TEXT COLLATE "C" PRIMARY KEY,
    body     TEXT COLLATE "C" NOT NULL,                  -- JSON as the webhook gets it
    at       BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    next_at  BIGINT,                                     -- to be sent then; nothing once it is sent or given up
    problem  TEXT COLLATE "C"
);
CREATE INDEX alert_message_open ON alert_message (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE drift_week (
    partner   TEXT COLLATE "C" NOT NULL,
    mapping   TEXT COLLATE "C" NOT NULL,
    week      TEXT COLLATE "C" NOT NULL,                 -- ISO 8601, such as 2024-W07
    documents BIGINT NOT NULL,
    PRIMARY KEY (partner, mapping, week)
);

CREATE TABLE drift_field (
    partner   TEXT COLLATE "C" NOT NULL,
    mapping   TEXT COLLATE "C" NOT NULL,
    week      TEXT COLLATE "C" NOT NULL,
    path      TEXT COLLATE "C" NOT NULL,                 -- in the partner's document
    documents BIGINT NOT NULL,                           -- that hold it
    PRIMARY KEY (partner, mapping, path, week)
);

CREATE TABLE drift_code (
    partner TEXT COLLATE "C" NOT NULL,
    mapping TEXT COLLATE "C" NOT NULL,
    week    TEXT COLLATE "C" NOT NULL,
    list    TEXT COLLATE "C" NOT NULL,                   -- the code list that does not know the value
    digest  TEXT COLLATE "C" NOT NULL,                   -- one-way, shortened; the value itself is never kept
    times   BIGINT NOT NULL,
    PRIMARY KEY (partner, mapping, list, digest, week)
);

CREATE TABLE upload (
    partner     TEXT COLLATE "C" NOT NULL,
    sha256      TEXT COLLATE "C" NOT NULL,               -- of bytes, hexadecimal
    sm3         TEXT COLLATE "C" NOT NULL,
    media_type  TEXT COLLATE "C" NOT NULL,
    size        BIGINT NOT NULL,
    bytes       BYTEA NOT NULL,
    received_at BIGINT NOT NULL,
    keep_until  BIGINT,                                  -- erased then; none once a stored message refers to it
    is_unlisted BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (partner, sha256)
);
CREATE INDEX upload_waiting ON upload (partner, keep_until, size) WHERE keep_until IS NOT NULL;
CREATE INDEX upload_ending ON upload (keep_until) WHERE keep_until IS NOT NULL;

CREATE TABLE data_key (
    id      BIGINT PRIMARY KEY,                          -- stands in what it has sealed; 0 is the key of look-ups
    suite   TEXT COLLATE "C" NOT NULL,
    master  TEXT COLLATE "C" NOT NULL,                   -- fingerprint of the master key
    wrapped BYTEA NOT NULL,
    made_at BIGINT NOT NULL
);

CREATE TABLE sealing (
    id          BIGINT PRIMARY KEY CHECK (id = 1),
    holds_clear BIGINT NOT NULL,                         -- values or freed pages from before may be in clear
    key_id      BIGINT,                                  -- of a rotation under way, the key that it seals by
    place       BIGINT NOT NULL DEFAULT 0,               -- the column at which it is, in the order of the program
    position    BIGINT NOT NULL DEFAULT 0,               -- the row behind which it goes on
    rows_done   BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE share_trace (
    subject TEXT COLLATE "C" PRIMARY KEY,
    until   BIGINT NOT NULL
);
CREATE INDEX share_trace_until ON share_trace (until, subject);

CREATE TABLE upload_reference (
    partner     TEXT COLLATE "C" NOT NULL,
    sha256      TEXT COLLATE "C" NOT NULL,
    referral_id TEXT COLLATE "C" NOT NULL REFERENCES referral (id),
    PRIMARY KEY (partner, sha256, referral_id)
);

CREATE TABLE erasure (
    seq      BIGINT PRIMARY KEY,
    at       BIGINT NOT NULL,
    part     TEXT COLLATE "C" NOT NULL,
    days     BIGINT,                                     -- the period; none where a person had asked for it
    records  BIGINT NOT NULL,
    bytes    BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    digest   TEXT COLLATE "C" NOT NULL                   -- SM3 over a line for each record
);

CREATE TABLE erased_record (
    erasure BIGINT NOT NULL REFERENCES erasure (seq),
    name    TEXT COLLATE "C" NOT NULL,
    digest  TEXT COLLATE "C" NOT NULL,                   -- SM3 of what was there
    PRIMARY KEY (erasure, name)
);

CREATE TABLE audit_seal (
    seq  BIGINT PRIMARY KEY,                             -- of the chain's last row then
    hash TEXT COLLATE "C" NOT NULL,                      -- that row's
    at   BIGINT NOT NULL,
    code TEXT COLLATE "C" NOT NULL                       -- HMAC-SM3 over the three, its first 128 bits, hexadecimal
);

CREATE TABLE identity_key (
    id          BIGINT PRIMARY KEY CHECK (id = 1),
    fingerprint TEXT COLLATE "C" NOT NULL
);

CREATE TABLE case_tally (
    month        TEXT COLLATE "C" NOT NULL,
    facts        TEXT COLLATE "C" NOT NULL,
    applications BIGINT NOT NULL,
    PRIMARY KEY (month, facts)
) WITH (fillfactor = 50);

CREATE TABLE clock_tally (
    day         BIGINT NOT NULL,                         -- of the end, since 1970 in China's time
    clock       TEXT COLLATE "C" NOT NULL,               -- the kind, such as CLK-05
    institution TEXT COLLATE "C" NOT NULL,               -- empty where there is none
    outcome     TEXT COLLATE "C" NOT NULL,
    clocks      BIGINT NOT NULL,
    PRIMARY KEY (day, clock, institution, outcome)
) WITH (fillfactor = 50);

CREATE TABLE message_tally (
    day      BIGINT NOT NULL,                            -- of the receipt
    outcome  TEXT COLLATE "C" NOT NULL,
    messages BIGINT NOT NULL,
    PRIMARY KEY (day, outcome)
) WITH (fillfactor = 50);

CREATE TABLE review_case (
    partner TEXT COLLATE "C" NOT NULL,
    month   TEXT COLLATE "C" NOT NULL,
    key     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner, month, key)
);
CREATE INDEX review_case_of_month ON review_case (month);

CREATE TABLE reckoning (
    id      BIGINT PRIMARY KEY CHECK (id = 1),
    rules   TEXT COLLATE "C" NOT NULL,                   -- the digest of rules and calendars
    since   BIGINT NOT NULL,
    through TEXT COLLATE "C",                            -- the last application that was looked at
    is_done BIGINT NOT NULL CHECK (is_done IN (0, 1))
);

CREATE TABLE moved_limit (
    id              BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    application_no  TEXT COLLATE "C" NOT NULL REFERENCES application (no) ON DELETE CASCADE,
    clock           TEXT COLLATE "C" NOT NULL,
    institution     TEXT COLLATE "C",
    due_before      BIGINT NOT NULL,
    due_at          BIGINT NOT NULL,
    was_provisional BIGINT NOT NULL CHECK (was_provisional IN (0, 1)),
    is_provisional  BIGINT NOT NULL CHECK (is_provisional IN (0, 1)),
    at              BIGINT NOT NULL
);
CREATE INDEX moved_limit_at ON moved_limit (at);
CREATE INDEX moved_limit_of ON moved_limit (institution, id);

CREATE TABLE hearing (
    application_no TEXT COLLATE "C" NOT NULL REFERENCES application (no) ON DELETE CASCADE,
    at             BIGINT NOT NULL,                      -- the day's end where no time is known
    PRIMARY KEY (application_no, at)
);
CREATE INDEX hearing_at ON hearing (at);

-- Nonces of signed calls (RFC 9421), until no signature with them would be taken any more.
CREATE TABLE used_nonce (
    key_id TEXT COLLATE "C" NOT NULL,
    nonce  TEXT COLLATE "C" NOT NULL,
    until  BIGINT NOT NULL,
    PRIMARY KEY (key_id, nonce)
);
CREATE INDEX used_nonce_until ON used_nonce (until);

INSERT INTO audit_head (id, seq, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO reference_cursor (id, referral_id) VALUES (1, '');

-- What the monthly bulletin counts is counted as it happens: see v025_tallies.sql.

CREATE FUNCTION count_case(its_month TEXT, its_facts TEXT, change BIGINT) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF its_facts IS NULL THEN RETURN; END IF;
    INSERT INTO case_tally (month, facts, applications) VALUES (its_month, its_facts, change)
        ON CONFLICT (month, facts) DO UPDATE SET applications = case_tally.applications + excluded.applications;
    IF change < 0 THEN
        DELETE FROM case_tally WHERE month = its_month AND facts = its_facts AND applications = 0;
    END IF;
END $$;

CREATE FUNCTION tally_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN PERFORM count_case(OLD.month, OLD.facts, -1); END IF;
    IF TG_OP <> 'DELETE' THEN PERFORM count_case(NEW.month, NEW.facts, 1); END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER case_tally_insert AFTER INSERT ON application FOR EACH ROW
    WHEN (NEW.facts IS NOT NULL) EXECUTE FUNCTION tally_case();
CREATE TRIGGER case_tally_update AFTER UPDATE OF month, facts ON application FOR EACH ROW
    WHEN (OLD.facts IS DISTINCT FROM NEW.facts OR OLD.month IS DISTINCT FROM NEW.month) EXECUTE FUNCTION tally_case();
CREATE TRIGGER case_tally_delete AFTER DELETE ON application FOR EACH ROW
    WHEN (OLD.facts IS NOT NULL) EXECUTE FUNCTION tally_case();

CREATE FUNCTION count_clock(its_due BIGINT, its_id TEXT, its_institution TEXT, its_outcome TEXT, change BIGINT)
    RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    its_day  BIGINT := (its_due + 28800000) / 86400000;
    its_kind TEXT   := split_part(its_id, '#', 1);
    whose    TEXT   := coalesce(its_institution, '');
BEGIN
    IF its_outcome IS NULL THEN RETURN; END IF;
    INSERT INTO clock_tally (day, clock, institution, outcome, clocks)
        VALUES (its_day, its_kind, whose, its_outcome, change)
        ON CONFLICT (day, clock, institution, outcome) DO UPDATE SET clocks = clock_tally.clocks + excluded.clocks;
    IF change < 0 THEN
        DELETE FROM clock_tally WHERE day = its_day AND clock = its_kind AND institution = whose
            AND outcome = its_outcome AND clocks = 0;
    END IF;
END $$;

CREATE FUNCTION tally_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN PERFORM count_clock(OLD.due_at, OLD.id, OLD.institution, OLD.outcome, -1); END IF;
    IF TG_OP <> 'DELETE' THEN PERFORM count_clock(NEW.due_at, NEW.id, NEW.institution, NEW.outcome, 1); END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER clock_tally_insert AFTER INSERT ON clock FOR EACH ROW
    WHEN (NEW.outcome IS NOT NULL) EXECUTE FUNCTION tally_clock();
CREATE TRIGGER clock_tally_update AFTER UPDATE OF due_at, institution, outcome ON clock FOR EACH ROW
    WHEN (OLD.due_at <> NEW.due_at OR OLD.institution IS DISTINCT FROM NEW.institution
        OR OLD.outcome IS DISTINCT FROM NEW.outcome) EXECUTE FUNCTION tally_clock();
CREATE TRIGGER clock_tally_delete AFTER DELETE ON clock FOR EACH ROW
    WHEN (OLD.outcome IS NOT NULL) EXECUTE FUNCTION tally_clock();

CREATE FUNCTION count_message(its_receipt BIGINT, its_outcome TEXT, change BIGINT) RETURNS void LANGUAGE sql AS $$
    INSERT INTO message_tally (day, outcome, messages) VALUES ((its_receipt + 28800000) / 86400000, its_outcome, change)
        ON CONFLICT (day, outcome) DO UPDATE SET messages = message_tally.messages + excluded.messages
$$;

CREATE FUNCTION tally_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN PERFORM count_message(OLD.received_at, OLD.outcome, -1); END IF;
    IF TG_OP <> 'DELETE' THEN PERFORM count_message(NEW.received_at, NEW.outcome, 1); END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER message_tally_insert AFTER INSERT ON referral FOR EACH ROW EXECUTE FUNCTION tally_message();
CREATE TRIGGER message_tally_update AFTER UPDATE OF outcome ON referral FOR EACH ROW
    WHEN (OLD.outcome <> NEW.outcome) EXECUTE FUNCTION tally_message();
CREATE TRIGGER message_tally_delete AFTER DELETE ON referral FOR EACH ROW EXECUTE FUNCTION tally_message();
