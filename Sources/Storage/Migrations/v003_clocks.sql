-- Time limits that run on applications, and what status shares show about persons.

CREATE TABLE clock (
    application_no    TEXT    NOT NULL REFERENCES application (no),
    id                TEXT    NOT NULL,      -- such as CLK-05; a second one of the kind is CLK-05#2
    content           BLOB    NOT NULL,      -- JSON: start, pauses, basis
    due_at            INTEGER NOT NULL,
    soon_at           INTEGER,               -- from then on the end is near
    is_running        INTEGER NOT NULL,      -- neither met, nor stopped, nor paused
    soon_raised_at    INTEGER,               -- each is raised once for each due date, by whichever node claims it
    overdue_raised_at INTEGER,
    PRIMARY KEY (application_no, id)
) STRICT;

CREATE INDEX clock_overdue ON clock (due_at) WHERE is_running = 1 AND overdue_raised_at IS NULL;
CREATE INDEX clock_soon ON clock (soon_at)
    WHERE is_running = 1 AND soon_raised_at IS NULL AND overdue_raised_at IS NULL;

CREATE TABLE evidence (
    id          TEXT    PRIMARY KEY,
    person      TEXT    NOT NULL,            -- HMAC-SM3 of the identity document, its first 128 bits, hexadecimal
    content     BLOB    NOT NULL,            -- JSON array, as triage reads it
    partner     TEXT    NOT NULL,
    received_at INTEGER NOT NULL,
    keep_until  INTEGER NOT NULL
) STRICT;

CREATE INDEX evidence_of_person ON evidence (person);
CREATE INDEX evidence_by_retention ON evidence (keep_until);
