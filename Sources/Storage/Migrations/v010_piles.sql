-- Letters that are alike in all that filters and figures ask for lie on one pile, which knows how many they are. Only the
-- transaction that makes a letter or ends one touches its pile.

CREATE TABLE dead_letter_pile (
    id      INTEGER PRIMARY KEY,
    partner TEXT    NOT NULL,
    cause   TEXT    NOT NULL,
    channel TEXT    NOT NULL,
    queue   TEXT    NOT NULL,                -- empty where no institution's queue is concerned
    reason  TEXT    NOT NULL,
    letters INTEGER NOT NULL,
    CONSTRAINT same_pile_once UNIQUE (partner, cause, channel, queue, reason),
    CONSTRAINT pile_holds_some CHECK (letters > 0)
) STRICT;

INSERT INTO dead_letter_pile (partner, cause, channel, queue, reason, letters)
SELECT partner, cause, channel, CASE channel WHEN 'application' THEN coalesce(recipient, '') ELSE '' END, reason, count(*)
FROM message WHERE state = 'dead' GROUP BY 1, 2, 3, 4, 5;

-- A new constraint is held against the rows that are there: those that could not meet it yet stand aside meanwhile.
UPDATE message SET state = 'discarded', finished_at = -1 WHERE state = 'dead';

ALTER TABLE message ADD COLUMN pile INTEGER REFERENCES dead_letter_pile (id)
    CONSTRAINT dead_on_a_pile CHECK ((pile IS NOT NULL) = (state = 'dead'));

UPDATE message SET state = 'dead', finished_at = NULL, pile = (
    SELECT p.id FROM dead_letter_pile p WHERE p.partner = message.partner AND p.cause = message.cause
    AND p.channel = message.channel AND p.reason = message.reason
    AND p.queue = CASE message.channel WHEN 'application' THEN coalesce(message.recipient, '') ELSE '' END
) WHERE finished_at = -1;

CREATE INDEX message_dead_by_pile ON message (pile, dead_since, id) WHERE pile IS NOT NULL;

-- What these did, piles do.
DROP INDEX message_dead;
DROP INDEX message_dead_by_cause;
DROP INDEX message_dead_by_queue;
DROP INDEX message_dead_by_partner_reason;
