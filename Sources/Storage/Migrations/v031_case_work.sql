-- How far a lawyer's work has come where the state of a case does not tell it, and figures that are to be counted anew.
ALTER TABLE application ADD COLUMN lawyer_work TEXT CONSTRAINT lawyer_work_known CHECK (lawyer_work IN ('assigned',
    'entrusted', 'inProgress', 'assignedReplacing', 'entrustedReplacing', 'inProgressReplacing'));
-- What is open has its history.
UPDATE application SET lawyer_work = CASE
    WHEN EXISTS (SELECT 1 FROM history h WHERE h.subject = no AND h.event = 'workStarted') THEN 'inProgress'
    WHEN EXISTS (SELECT 1 FROM history h WHERE h.subject = no AND h.event = 'agreementSigned') THEN 'entrusted'
    WHEN EXISTS (SELECT 1 FROM history h WHERE h.subject = no AND h.event IN ('assign', 'renotified')) THEN 'assigned'
    END WHERE case_state IN ('advanceAid', 'replacing');

-- The bulletin's figures are counted anew once: what rules have suggested counted as stated before.
CREATE TABLE recount (
    id INTEGER PRIMARY KEY CHECK (id = 1)
) STRICT;
INSERT INTO recount (id) SELECT 1 WHERE EXISTS (SELECT 1 FROM application);
