-- empty_answers_v1: empty the answers of keys that are older than a day; the keys stay for ever.
--
-- Returns how many were emptied, at most p_most; 0 when none is left.
-- Repeat: nothing is left.
-- Locks:  the keys, until commit.
-- Writes: status and body of the answers.
CREATE FUNCTION empty_answers_v1(p_most int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_emptied int;
    v_before timestamptz := clock_timestamp() - interval '24 hours';
BEGIN
    UPDATE wallets_idempotencykey AS k
       SET response_status = NULL, response_body = NULL
     WHERE (k.id, k.shard) IN (
           SELECT o.id, o.shard FROM wallets_idempotencykey AS o
            WHERE o.response_body IS NOT NULL
              AND o.created_at < v_before
            ORDER BY o.created_at
            LIMIT p_most);
    GET DIAGNOSTICS v_emptied = ROW_COUNT;
    RETURN v_emptied;
END;
$$;
