-- What has become of a lead; nothing in what never was one. Leads are no applications, and are counted apart.
ALTER TABLE application ADD COLUMN lead_state TEXT
    CONSTRAINT lead_state_known CHECK (lead_state IN ('registered', 'contacted', 'applied', 'declined'));
-- When the person's will made the lead an application.
ALTER TABLE application ADD COLUMN applied_at INTEGER;

UPDATE application SET lead_state = 'registered' WHERE referral_state = 'leadOnly';

CREATE INDEX lead_open ON application (no) WHERE lead_state IN ('registered', 'contacted');
CREATE INDEX lead_by_state ON application (lead_state, no) WHERE lead_state IS NOT NULL;
CREATE INDEX application_from_lead ON application (applied_at, no) WHERE applied_at IS NOT NULL;
