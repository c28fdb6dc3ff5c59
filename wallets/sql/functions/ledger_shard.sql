-- ledger_shard: the shard of an owner's ledger rows, 0 to 1023, fixed for life; the house is on 0.
--
-- Source: coinhub.core.ids.shard_of computes the same.
-- No search_path is set: the body is parsed here, once, so its names are bound for good, and the
-- planner may put it in place of the call.
CREATE FUNCTION ledger_shard(p_owner_id uuid) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_owner_id IS NULL THEN 0::smallint
    ELSE (
        (get_byte(sha256(uuid_send(p_owner_id)), 0) << 8
         | get_byte(sha256(uuid_send(p_owner_id)), 1)) & 1023
    )::smallint
END;
