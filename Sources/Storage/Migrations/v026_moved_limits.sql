-- By which rules the clocks that are not over were last reckoned, and how far that has come.
CREATE TABLE reckoning (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    rules   TEXT    NOT NULL,                -- the digest of rules and calendars
    since   INTEGER NOT NULL,
    through TEXT,                            -- the last application that was looked at
    is_done INTEGER NOT NULL CHECK (is_done IN (0, 1))
) STRICT;

CREATE INDEX clock_open ON clock (application_no) WHERE ended_at IS NULL;

CREATE TABLE moved_limit (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    application_no  TEXT    NOT NULL REFERENCES application (no) ON DELETE CASCADE,
    clock           TEXT    NOT NULL,
    institution     TEXT,
    due_before      INTEGER NOT NULL,
    due_at          INTEGER NOT NULL,
    was_provisional INTEGER NOT NULL CHECK (was_provisional IN (0, 1)),
    is_provisional  INTEGER NOT NULL CHECK (is_provisional IN (0, 1)),
    at              INTEGER NOT NULL
) STRICT;

CREATE INDEX moved_limit_at ON moved_limit (at);
CREATE INDEX moved_limit_of ON moved_limit (institution, id);

-- When hearings are, of applications that nobody may forget a lawyer for.
CREATE TABLE hearing (
    application_no TEXT    NOT NULL REFERENCES application (no) ON DELETE CASCADE,
    at             INTEGER NOT NULL,         -- the day's end where no time is known
    PRIMARY KEY (application_no, at)
) STRICT, WITHOUT ROWID;

CREATE INDEX hearing_at ON hearing (at);
