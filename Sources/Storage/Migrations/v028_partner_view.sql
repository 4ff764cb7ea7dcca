-- What a partner asks of its own: an invalid message by the id that it bears, and the statuses that it was told, in order.
CREATE INDEX referral_invalid_by_message_id ON referral (partner, message_id) WHERE is_invalid = 1;
CREATE INDEX message_told ON message (recipient, id) WHERE channel = 'status';
