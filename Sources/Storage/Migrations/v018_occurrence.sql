-- When a step happened, apart from when it was reported.
ALTER TABLE history ADD COLUMN occurred_at INTEGER;
-- The last step of the case, or the change of the institution that is responsible: the next one cannot lie before it.
ALTER TABLE application ADD COLUMN stepped_at INTEGER;
