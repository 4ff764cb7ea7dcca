-- How the call itself named what the message is about, where it did; a retry of the message must know it too.
ALTER TABLE referral ADD COLUMN about TEXT;
