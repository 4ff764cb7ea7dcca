-- Documents of status shares that could not be used at all end with the time of shares too.
UPDATE referral SET share_until = received_at + 31536000000
WHERE share_until IS NULL AND erased_at IS NULL AND is_invalid = 1 AND EXISTS (SELECT 1 FROM referral s
WHERE s.mapping_id = referral.mapping_id AND s.share_until IS NOT NULL);
