-- How partners' documents change over time: counts by week, never values.

CREATE TABLE drift_week (
    partner   TEXT    NOT NULL,
    mapping   TEXT    NOT NULL,
    week      TEXT    NOT NULL,              -- ISO 8601, such as 2024-W07
    documents INTEGER NOT NULL,
    PRIMARY KEY (partner, mapping, week)
) STRICT;

CREATE TABLE drift_field (
    partner   TEXT    NOT NULL,
    mapping   TEXT    NOT NULL,
    week      TEXT    NOT NULL,
    path      TEXT    NOT NULL,              -- in the partner's document
    documents INTEGER NOT NULL,              -- that hold it
    PRIMARY KEY (partner, mapping, path, week)
) STRICT;

CREATE TABLE drift_code (
    partner   TEXT    NOT NULL,
    mapping   TEXT    NOT NULL,
    week      TEXT    NOT NULL,
    list      TEXT    NOT NULL,              -- the code list that does not know the value
    digest    TEXT    NOT NULL,              -- one-way, shortened; the value itself is never kept
    times     INTEGER NOT NULL,
    PRIMARY KEY (partner, mapping, list, digest, week)
) STRICT;
