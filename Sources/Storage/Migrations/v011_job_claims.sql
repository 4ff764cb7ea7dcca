-- Counts how often a job was taken up. Who holds an older claim has lost the job, even where it runs again since.
ALTER TABLE desk_job ADD COLUMN claim INTEGER NOT NULL DEFAULT 0;
