-- Tables and columns named by the terms that the field and the code use.
ALTER TABLE dead_letter_pile RENAME TO dead_letter_count;
ALTER TABLE dead_letter_count RENAME COLUMN letters TO messages;
ALTER TABLE message RENAME COLUMN pile TO count_row;
ALTER TABLE dead_letter_resend RENAME COLUMN letter TO dead_letter;
ALTER TABLE desk_job RENAME TO bulk_job;
ALTER TABLE bulk_job RENAME COLUMN claim TO lock_count;
ALTER TABLE outlet_pause RENAME TO endpoint_pause;
ALTER TABLE alert_notice RENAME TO alert_message;
ALTER TABLE application RENAME COLUMN road TO aid_route;
ALTER TABLE application RENAME COLUMN carrier TO application_message;

DROP INDEX message_dead_by_pile;
CREATE INDEX message_dead_by_count_row ON message (count_row, dead_since, id) WHERE count_row IS NOT NULL;
DROP INDEX desk_job_running;
CREATE INDEX bulk_job_running ON bulk_job (id) WHERE state = 'running';
DROP INDEX alert_notice_open;
CREATE INDEX alert_message_open ON alert_message (next_at) WHERE next_at IS NOT NULL;
