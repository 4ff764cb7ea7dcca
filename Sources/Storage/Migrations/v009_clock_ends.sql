-- How time limits came out, for the monthly report.

-- When it was stopped, judged on receipt (its start then), or over with its case; nothing while it runs or is paused.
ALTER TABLE clock ADD COLUMN ended_at INTEGER;

CREATE INDEX clock_ended ON clock (due_at, application_no, id) WHERE ended_at IS NOT NULL;
