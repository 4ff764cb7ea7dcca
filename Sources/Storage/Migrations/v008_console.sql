-- What the console's pages need.

-- An application may have several clocks that come due at one moment: a page may end between them.
DROP INDEX clock_running;
CREATE INDEX clock_running ON clock (due_at, application_no, id) WHERE is_running = 1;

-- A password that somebody else chose: good until then, and only for choosing another.
ALTER TABLE operator_account ADD COLUMN one_time_until INTEGER;
