-- Finds what customers have not been told yet among all that waits in the outbox.
CREATE INDEX outbox_of_kyc ON events_outboxevent (id)
 WHERE relayed_at IS NULL AND type LIKE 'kyc.%';
