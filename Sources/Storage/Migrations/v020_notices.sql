-- A second notice about an application is a message of its own: its sender speaks of that application by either notice.
ALTER TABLE follow_up ADD COLUMN is_notice INTEGER NOT NULL DEFAULT 0
    CONSTRAINT is_notice_known CHECK (is_notice IN (0, 1));
CREATE INDEX followed_by_follow_up ON followed_by (follow_up_id);
