-- The mapping that the call itself asked for, where it did; a retry of the message must ask for it too.
ALTER TABLE referral ADD COLUMN asked_mapping TEXT;
