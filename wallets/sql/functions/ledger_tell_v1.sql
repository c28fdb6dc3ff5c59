-- ledger_tell_v1: write the audit event and the outbox event of a step.
--
-- Internal. p_actor: {"kind", "user_id", "address", "request_id"}.
-- Writes: one row each, in the transaction of the change.
CREATE FUNCTION ledger_tell_v1(
    p_shard smallint, p_actor jsonb, p_event text, p_object_type text, p_object_id text,
    p_before jsonb, p_after jsonb, p_now timestamptz
) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    INSERT INTO events_auditevent
        (shard, occurred_at, actor_kind, actor_id, address, request_id, action, object_type,
         object_id, before, after)
    VALUES (p_shard, p_now, p_actor ->> 'kind', (p_actor ->> 'user_id')::uuid,
            (p_actor ->> 'address')::inet, coalesce(p_actor ->> 'request_id', ''), p_event,
            p_object_type, p_object_id, p_before, p_after);
    INSERT INTO events_outboxevent (shard, type, object_id, payload, created_at)
    VALUES (p_shard, p_event, p_object_id, coalesce(p_after, '{}'), p_now);
END;
