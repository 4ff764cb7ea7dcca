-- What the monthly bulletin counts is counted as it happens: rows that are alike in all that it asks for are one row here.
-- Triggers keep that right whoever writes. A trigger stands on one line: see Migration.

-- The month of the receipt, or of the person's will where it was a lead (China's time), and what is counted, in codes.
ALTER TABLE application ADD COLUMN month TEXT;
ALTER TABLE application ADD COLUMN facts TEXT;
-- What is counted of applications of before is read from their content beside the work, once: see Tallies.
UPDATE application SET month = (SELECT strftime('%Y-%m', (coalesce(application.applied_at, r.received_at) + 28800000) / 1000,
    'unixepoch') FROM referral r WHERE r.id = application.referral_id);
CREATE TABLE case_tally (
    month        TEXT    NOT NULL,
    facts        TEXT    NOT NULL,
    applications INTEGER NOT NULL,
    PRIMARY KEY (month, facts)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER case_tally_insert AFTER INSERT ON application WHEN NEW.facts IS NOT NULL BEGIN INSERT INTO case_tally (month, facts, applications) VALUES (NEW.month, NEW.facts, 1) ON CONFLICT DO UPDATE SET applications = applications + 1; END;
CREATE TRIGGER case_tally_update AFTER UPDATE OF month, facts ON application WHEN OLD.facts IS NOT NEW.facts OR OLD.month IS NOT NEW.month BEGIN UPDATE case_tally SET applications = applications - 1 WHERE month = OLD.month AND facts = OLD.facts; DELETE FROM case_tally WHERE month = OLD.month AND facts = OLD.facts AND applications = 0; INSERT INTO case_tally (month, facts, applications) SELECT NEW.month, NEW.facts, 1 WHERE NEW.facts IS NOT NULL ON CONFLICT DO UPDATE SET applications = applications + 1; END;
CREATE TRIGGER case_tally_delete AFTER DELETE ON application WHEN OLD.facts IS NOT NULL BEGIN UPDATE case_tally SET applications = applications - 1 WHERE month = OLD.month AND facts = OLD.facts; DELETE FROM case_tally WHERE month = OLD.month AND facts = OLD.facts AND applications = 0; END;

-- How a time limit stands or came out, and who was responsible then.
ALTER TABLE clock ADD COLUMN outcome TEXT
    CONSTRAINT outcome_known CHECK (outcome IN ('running', 'paused', 'met', 'late', 'ended', 'untested'));
ALTER TABLE clock ADD COLUMN institution TEXT;
CREATE TABLE clock_tally (
    day         INTEGER NOT NULL,            -- of the end, since 1970 in China's time
    clock       TEXT    NOT NULL,            -- the kind, such as CLK-05
    institution TEXT    NOT NULL,            -- empty where there is none
    outcome     TEXT    NOT NULL,
    clocks      INTEGER NOT NULL,
    PRIMARY KEY (day, clock, institution, outcome)
) STRICT, WITHOUT ROWID;
-- Those of before, as their content and their end tell it. One that cannot be read is counted nowhere.
UPDATE clock SET institution = (SELECT a.queue FROM application a WHERE a.no = clock.application_no);
UPDATE clock SET outcome = CASE WHEN json_extract(CAST(content AS TEXT), '$.met') = 1 THEN 'met'
    WHEN json_extract(CAST(content AS TEXT), '$.met') = 0 THEN 'late'
    WHEN json_extract(CAST(content AS TEXT), '$.kind') = 'information' THEN 'untested'
    WHEN json_extract(CAST(content AS TEXT), '$.stoppedAt') > json_extract(CAST(content AS TEXT), '$.dueAt') THEN 'late'
    WHEN json_extract(CAST(content AS TEXT), '$.stoppedAt') IS NOT NULL THEN 'met'
    WHEN json_extract(CAST(content AS TEXT), '$.endedAt') > json_extract(CAST(content AS TEXT), '$.dueAt') THEN 'late'
    WHEN json_extract(CAST(content AS TEXT), '$.endedAt') IS NOT NULL THEN 'ended'
    WHEN json_extract(CAST(content AS TEXT), '$.pausedAt') IS NOT NULL THEN iif(ended_at IS NULL, 'paused', 'ended')
    WHEN ended_at > due_at THEN 'late'
    WHEN ended_at IS NOT NULL THEN 'ended' ELSE 'running' END
    WHERE json_valid(CAST(content AS TEXT));
INSERT INTO clock_tally (day, clock, institution, outcome, clocks)
    SELECT (due_at + 28800000) / 86400000, substr(id, 1, instr(id || '#', '#') - 1), coalesce(institution, ''), outcome, count(*)
    FROM clock WHERE outcome IS NOT NULL GROUP BY 1, 2, 3, 4;
CREATE TRIGGER clock_tally_insert AFTER INSERT ON clock WHEN NEW.outcome IS NOT NULL BEGIN INSERT INTO clock_tally (day, clock, institution, outcome, clocks) VALUES ((NEW.due_at + 28800000) / 86400000, substr(NEW.id, 1, instr(NEW.id || '#', '#') - 1), coalesce(NEW.institution, ''), NEW.outcome, 1) ON CONFLICT DO UPDATE SET clocks = clocks + 1; END;
CREATE TRIGGER clock_tally_update AFTER UPDATE OF due_at, institution, outcome ON clock WHEN OLD.due_at <> NEW.due_at OR OLD.institution IS NOT NEW.institution OR OLD.outcome IS NOT NEW.outcome BEGIN UPDATE clock_tally SET clocks = clocks - 1 WHERE day = (OLD.due_at + 28800000) / 86400000 AND clock = substr(OLD.id, 1, instr(OLD.id || '#', '#') - 1) AND institution = coalesce(OLD.institution, '') AND outcome = OLD.outcome; DELETE FROM clock_tally WHERE day = (OLD.due_at + 28800000) / 86400000 AND clock = substr(OLD.id, 1, instr(OLD.id || '#', '#') - 1) AND institution = coalesce(OLD.institution, '') AND outcome = OLD.outcome AND clocks = 0; INSERT INTO clock_tally (day, clock, institution, outcome, clocks) SELECT (NEW.due_at + 28800000) / 86400000, substr(NEW.id, 1, instr(NEW.id || '#', '#') - 1), coalesce(NEW.institution, ''), NEW.outcome, 1 WHERE NEW.outcome IS NOT NULL ON CONFLICT DO UPDATE SET clocks = clocks + 1; END;
CREATE TRIGGER clock_tally_delete AFTER DELETE ON clock WHEN OLD.outcome IS NOT NULL BEGIN UPDATE clock_tally SET clocks = clocks - 1 WHERE day = (OLD.due_at + 28800000) / 86400000 AND clock = substr(OLD.id, 1, instr(OLD.id || '#', '#') - 1) AND institution = coalesce(OLD.institution, '') AND outcome = OLD.outcome; DELETE FROM clock_tally WHERE day = (OLD.due_at + 28800000) / 86400000 AND clock = substr(OLD.id, 1, instr(OLD.id || '#', '#') - 1) AND institution = coalesce(OLD.institution, '') AND outcome = OLD.outcome AND clocks = 0; END;

CREATE TABLE message_tally (
    day      INTEGER NOT NULL,               -- of the receipt
    outcome  TEXT    NOT NULL,
    messages INTEGER NOT NULL,
    PRIMARY KEY (day, outcome)
) STRICT, WITHOUT ROWID;
INSERT INTO message_tally (day, outcome, messages)
    SELECT (received_at + 28800000) / 86400000, outcome, count(*) FROM referral GROUP BY 1, 2;
CREATE TRIGGER message_tally_insert AFTER INSERT ON referral BEGIN INSERT INTO message_tally (day, outcome, messages) VALUES ((NEW.received_at + 28800000) / 86400000, NEW.outcome, 1) ON CONFLICT DO UPDATE SET messages = messages + 1; END;
CREATE TRIGGER message_tally_update AFTER UPDATE OF outcome ON referral WHEN OLD.outcome <> NEW.outcome BEGIN UPDATE message_tally SET messages = messages - 1 WHERE day = (OLD.received_at + 28800000) / 86400000 AND outcome = OLD.outcome; INSERT INTO message_tally (day, outcome, messages) VALUES ((NEW.received_at + 28800000) / 86400000, NEW.outcome, 1) ON CONFLICT DO UPDATE SET messages = messages + 1; END;
CREATE TRIGGER message_tally_delete AFTER DELETE ON referral BEGIN UPDATE message_tally SET messages = messages - 1 WHERE day = (OLD.received_at + 28800000) / 86400000 AND outcome = OLD.outcome; END;

CREATE INDEX lead_by_number ON application (no, lead_state, referral_state) WHERE lead_state IS NOT NULL;

-- The cases that a procuratorate has received for review in a month, as it lists them: keyed hashes of their numbers.
CREATE TABLE review_case (
    partner TEXT NOT NULL,
    month   TEXT NOT NULL,
    key     TEXT NOT NULL,
    PRIMARY KEY (partner, month, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX review_case_of_month ON review_case (month);
