-- ledger_claim_key_v1: claim a caller's idempotency key together with its answer, once, for ever.
--
-- Internal. The row is written once, so the answer is complete here: where p_response holds the
-- character U+0001 the time of the claim is filled in (JSON text never holds it unescaped).
-- Returns claimed = true, or false with what the key was used for.
-- Locks:  a concurrent claim of the same key is waited for at most 200 ms (55P03 after that).
CREATE FUNCTION ledger_claim_key_v1(
    p_shard smallint, p_caller uuid, p_key text, p_fingerprint bytea, p_transaction_id bigint,
    p_response_status smallint, p_response text, p_now timestamptz,
    OUT claimed boolean, OUT used_for bigint, OUT used_fingerprint bytea, OUT used_at timestamptz,
    OUT response_status smallint, OUT response text
)
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
SET lock_timeout = '200ms'
AS $$
BEGIN
    response := replace(p_response, E'\x01',
        to_char(p_now AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'));
    response_status := p_response_status;
    INSERT INTO wallets_idempotencykey
        (shard, caller, key, fingerprint, transaction_id, response_status, response_body, created_at)
    VALUES (p_shard, p_caller, p_key, p_fingerprint, p_transaction_id, p_response_status,
            ledger_claim_key_v1.response, p_now)
    ON CONFLICT DO NOTHING;
    claimed := FOUND;
    IF NOT claimed THEN
        SELECT k.transaction_id, k.fingerprint, k.created_at, k.response_status, k.response_body
          INTO used_for, used_fingerprint, used_at, response_status, response
          FROM wallets_idempotencykey AS k
         WHERE k.caller = p_caller AND k.key = p_key AND k.shard = p_shard;
    END IF;
END;
$$;
