-- W3C Trace Context.
ALTER TABLE referral ADD COLUMN traceparent TEXT;
ALTER TABLE message ADD COLUMN traceparent TEXT;
-- The place in its partner's feed, given when it is first read.
ALTER TABLE message ADD COLUMN feed_position INTEGER;

CREATE UNIQUE INDEX message_in_feed ON message (recipient, feed_position) WHERE feed_position IS NOT NULL;
CREATE INDEX message_keep_until ON message (keep_until)
    WHERE keep_until IS NOT NULL AND state IN ('queued', 'claimed');

CREATE TABLE feed (
    partner   TEXT    PRIMARY KEY,
    last      INTEGER NOT NULL,              -- the highest position given
    confirmed INTEGER NOT NULL               -- everything up to here was read
) STRICT;

-- Queues and partners that a person has closed for a time.
CREATE TABLE outlet_pause (
    channel   TEXT    NOT NULL,
    recipient TEXT    NOT NULL,
    actor     TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    since     INTEGER NOT NULL,
    PRIMARY KEY (channel, recipient),
    CONSTRAINT channel_pausable CHECK (channel IN ('application', 'status'))
) STRICT;
