-- keep_answer_v1: keep the answer of a request that books nothing by itself under the caller's key.
--
-- Returns false when the key has an answer already; then nothing is written.
-- Locks:  a concurrent claim of the same key is waited for at most 200 ms (55P03 after that).
-- Writes: one idempotency key, of no operation, at this moment.
CREATE FUNCTION keep_answer_v1(
    p_caller uuid, p_key text, p_fingerprint bytea, p_status smallint, p_body text
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET lock_timeout = '200ms'
AS $$
BEGIN
    INSERT INTO wallets_idempotencykey
        (shard, caller, key, fingerprint, response_status, response_body)
    VALUES (ledger_shard(p_caller), p_caller, p_key, p_fingerprint, p_status, p_body)
    ON CONFLICT DO NOTHING;
    RETURN FOUND;
END;
$$;
