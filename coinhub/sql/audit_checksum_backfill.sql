-- Give the audit events of before the checksum theirs, in one go: the rows are opened for this
-- statement only and closed again in the same transaction.
ALTER TABLE events_auditevent DISABLE TRIGGER audit_rows_stay;
CREATE TRIGGER audit_backfill BEFORE UPDATE ON events_auditevent
FOR EACH ROW EXECUTE FUNCTION audit_checksum();
UPDATE events_auditevent SET shard = shard WHERE checksum IS NULL;
DROP TRIGGER audit_backfill ON events_auditevent;
ALTER TABLE events_auditevent ENABLE ALWAYS TRIGGER audit_rows_stay;
ALTER TABLE events_auditevent ALTER COLUMN checksum SET NOT NULL;
