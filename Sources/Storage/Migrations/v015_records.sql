-- A record that failed in a document of several is named by its place, so that a corrected document finds it again.
ALTER TABLE message ADD COLUMN record_index INTEGER;
ALTER TABLE message ADD COLUMN record_count INTEGER;

-- The first referral of the message whose failed records this document brings.
ALTER TABLE referral ADD COLUMN corrects TEXT REFERENCES referral (id);
CREATE INDEX referral_correcting ON referral (corrects) WHERE corrects IS NOT NULL;

-- Dead letters that ended before a bulk job came to them.
ALTER TABLE bulk_job ADD COLUMN ended_otherwise INTEGER NOT NULL DEFAULT 0;

-- Only states that an application can be in; the first releases wrote none.
UPDATE application SET referral_state = CASE WHEN case_state IS NOT NULL THEN 'signedIn' WHEN queue IS NOT NULL
    THEN 'queued' ELSE 'routingManual' END
    WHERE referral_state IN ('received', 'quarantined', 'duplicate', 'normalized', 'shared', 'routed', 'parked', 'attached');
UPDATE application SET aid_route = 'byApplication' WHERE aid_route IS NULL;
-- A supplement's line in the history has a word of its own: `supplemented` is what an institution says.
UPDATE history SET event = 'materialsAdded' WHERE event = 'supplemented' AND detail LIKE '% materials, %';
-- A cause of the first releases is the reason alone.
UPDATE message SET cause = reason || '/other' WHERE cause IS NOT NULL AND cause = reason;
UPDATE dead_letter_count SET cause = reason || '/other' WHERE cause = reason;
