-- What the gateway knows of a referral's way and of the institution's case, and what comes after a referral.

-- The referral machine and the case machine; the states are those of Canonical's ReferralState and CaseState. Who has a
-- case has an institution that is responsible for it: application.queue, exactly one at every moment.
ALTER TABLE application ADD COLUMN referral_state TEXT NOT NULL DEFAULT 'received'
    CONSTRAINT referral_state_known CHECK (referral_state IN ('received', 'quarantined', 'duplicate', 'normalized',
        'leadOnly', 'shared', 'routed', 'routingManual', 'queued', 'signedIn', 'returnedToSender', 'handedOver',
        'cancelled', 'parked', 'attached'))
    CONSTRAINT case_state_known CHECK (case_state IN ('pendingIntake', 'supplementRequested', 'provisionallyAccepted',
        'accepted', 'crossRegionChecking', 'advanceAid', 'granted', 'refused', 'deemedWithdrawn', 'withdrawn',
        'transferredOut', 'noticeChecked', 'noticeIncomplete', 'refusalExamined', 'assigned', 'entrusted', 'inProgress',
        'replacing', 'terminated', 'closed', 'archived', 'objectionPending', 'objectionUpheld', 'objectionCorrected',
        'helpRequested', 'dutyLawyerArranged', 'helpGiven'))
    CONSTRAINT one_is_responsible CHECK (queue IS NOT NULL
        OR (case_state IS NULL AND referral_state NOT IN ('queued', 'signedIn', 'handedOver')));
-- The message that carries it to the institution that must sign it in; others are notices about it.
ALTER TABLE application ADD COLUMN carrier TEXT;
ALTER TABLE application ADD COLUMN handover_state TEXT NOT NULL DEFAULT 'collected'
    CONSTRAINT handover_state_known CHECK (handover_state IN ('collected', 'proposed', 'handedOver', 'escalated',
        'external'));
-- Who is asked to take it; the one responsible stays so until that one signs in.
ALTER TABLE application ADD COLUMN handover_to TEXT
    CONSTRAINT proposed_to_somebody CHECK ((handover_to IS NOT NULL) = (handover_state = 'proposed'));
ALTER TABLE application ADD COLUMN handover_due INTEGER;
ALTER TABLE application ADD COLUMN handover_returns INTEGER NOT NULL DEFAULT 0;

CREATE INDEX application_handover_due ON application (handover_due) WHERE handover_state = 'proposed';

-- By what an application is found again: keyed hashes of its person, case number and sender's reference. The key is
-- random, and an index over random keys costs durable rate once it outgrows the cache; the quarter of receipt goes
-- before it, so that writes touch this quarter's part only and a look-up over twelve months is five short ones.
CREATE TABLE case_key (
    quarter        INTEGER NOT NULL,         -- year * 4 + quarter of receipt
    key            TEXT    NOT NULL,         -- HMAC-SM3, its first 128 bits, hexadecimal
    application_no TEXT    NOT NULL REFERENCES application (no)
) STRICT;

CREATE INDEX case_key_found ON case_key (quarter, key);
CREATE INDEX case_key_of_application ON case_key (application_no);

-- The same person, or the same matter, from two sides: both directions are written, nothing is merged.
CREATE TABLE related_case (
    application_no TEXT    NOT NULL REFERENCES application (no),
    other_no       TEXT    NOT NULL REFERENCES application (no),
    rule           TEXT    NOT NULL,         -- DU-01 … DU-04
    at             INTEGER NOT NULL,
    PRIMARY KEY (application_no, other_no, rule)
) STRICT;

-- Messages about a referral: supplement, withdrawal, case event, transfer. Parked until that referral comes.
CREATE TABLE follow_up (
    id          TEXT    PRIMARY KEY,
    referral_id TEXT    NOT NULL REFERENCES referral (id),
    partner     TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    content     BLOB    NOT NULL,            -- canonical, JSON
    names       TEXT    NOT NULL,            -- how it names its application, a name a line, the most telling first
    person      TEXT    NOT NULL,            -- whose application is meant, where it says so
    received_at INTEGER NOT NULL,
    keep_until  INTEGER NOT NULL,
    CONSTRAINT kind_known  CHECK (kind IN ('supplement', 'cancel', 'caseEvent', 'transfer', 'statusShare')),
    CONSTRAINT state_known CHECK (state IN ('parked', 'attached', 'quarantined'))
) STRICT;

CREATE INDEX follow_up_of_referral ON follow_up (referral_id);
CREATE INDEX follow_up_parked ON follow_up (keep_until) WHERE state = 'parked';

-- What parked messages wait for; rows go with the waiting, so that the table stays small.
CREATE TABLE awaited_key (
    key          TEXT NOT NULL,
    follow_up_id TEXT NOT NULL REFERENCES follow_up (id),
    PRIMARY KEY (key, follow_up_id)
) STRICT;

-- Which applications a message became part of.
CREATE TABLE followed_by (
    application_no TEXT NOT NULL REFERENCES application (no),
    follow_up_id   TEXT NOT NULL REFERENCES follow_up (id),
    PRIMARY KEY (application_no, follow_up_id)
) STRICT;
