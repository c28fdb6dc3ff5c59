-- audit_checksum: give an audit event the SHA-256 of all its columns as it is written.
--
-- Computed once, when the row comes in, whoever writes it. It is not a generated column: that would be
-- computed anew by the very change it is there to show.
-- Text: 'coinhub-audit-1', then for each column a comma and either '-' (nothing) or the number of bytes
-- of its text, a colon, and the text. A moment is its microseconds since 1970 in UTC.
-- The same is computed by coinhub/events/checksum.py.
CREATE FUNCTION audit_checksum() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_part text;
    v_text text := 'coinhub-audit-1';
BEGIN
    FOREACH v_part IN ARRAY ARRAY[
        new.id::text, new.shard::text,
        (extract(epoch FROM new.occurred_at) * 1000000)::bigint::text,
        new.actor_kind, new.actor_id::text, new.address::text, new.request_id, new.action,
        new.object_type, new.object_id, new.before::text, new.after::text, new.xact_id::text
    ] LOOP
        v_text := v_text || ',' || coalesce(octet_length(v_part) || ':' || v_part, '-');
    END LOOP;
    new.checksum := sha256(convert_to(v_text, 'UTF8'));
    RETURN new;
END;
$$;

CREATE TRIGGER audit_rows_have_a_checksum BEFORE INSERT ON events_auditevent
FOR EACH ROW EXECUTE FUNCTION audit_checksum();
ALTER TABLE events_auditevent ENABLE ALWAYS TRIGGER audit_rows_have_a_checksum;
