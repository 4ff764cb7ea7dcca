-- The newest applications of a person are found without sorting all of them.
CREATE INDEX case_key_newest ON case_key (quarter, key, application_no);
DROP INDEX case_key_found;

-- What an application is related to stands in its content, where institutions read it; nothing reads these rows.
DROP TABLE related_case;
