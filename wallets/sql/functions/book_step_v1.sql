-- book_step_v1: the next step of an operation that holds locked money: capture or void, in one call.
--
-- p_end_state: captured books the legs given against the hold; what then remains on it is given back
--              in a second journal. voided and expired give back all; the legs are not used.
-- p_key:       as book_transaction_v1.
-- Locks:  the key, the transaction, the wallets lowest id first, the hold.
-- Writes: idempotency key, status of the transaction, journals with postings, the hold, audit event,
--         outbox event.
-- Errors: those of ledger_claim_key_v1, hold_capture_v1 and hold_void_v1
--         LG003 no such transaction, LG012 the transaction cannot go to this status
CREATE FUNCTION book_step_v1(
    p_shard smallint, p_transaction_id bigint, p_status text, p_state text,
    p_transition_key text, p_hold_id bigint, p_hold_shard smallint, p_end_state text,
    p_wallet_ids bigint[], p_wallet_shards smallint[], p_balance_types text[], p_amounts numeric[],
    p_value_date date,
    p_caller uuid, p_key text, p_fingerprint bytea, p_response_status smallint, p_response text,
    p_actor jsonb, p_event text,
    OUT claimed boolean, OUT transaction_id bigint, OUT created_at timestamptz,
    OUT used_fingerprint bytea, OUT response_status smallint, OUT response text
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_claim record;
    v_before record;
    v_rest record;
BEGIN
    created_at := clock_timestamp();
    transaction_id := p_transaction_id;
    claimed := true;
    IF p_key IS NOT NULL THEN
        SELECT * INTO v_claim FROM ledger_claim_key_v1(
            ledger_shard(p_caller), p_caller, p_key, p_fingerprint, p_transaction_id,
            p_response_status, p_response, created_at);
        response_status := v_claim.response_status;
        response := v_claim.response;
        IF NOT v_claim.claimed THEN
            claimed := false;
            transaction_id := v_claim.used_for;
            used_fingerprint := v_claim.used_fingerprint;
            created_at := v_claim.used_at;
            RETURN;
        END IF;
    END IF;

    SELECT t.status, t.state, t.public_id INTO v_before FROM wallets_transaction AS t
     WHERE t.id = p_transaction_id AND t.shard = p_shard
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no transaction %', p_transaction_id USING ERRCODE = 'LG003';
    END IF;
    UPDATE wallets_transaction AS t
       SET status = p_status, state = p_state, completed_at = book_step_v1.created_at
     WHERE t.id = p_transaction_id AND t.shard = p_shard;

    IF p_end_state = 'captured' THEN
        PERFORM hold_capture_v1(
            p_shard, p_transaction_id, 'capture', p_transition_key, p_wallet_ids,
            p_wallet_shards, p_balance_types, p_amounts, p_hold_id, p_hold_shard, p_value_date);
        -- The wallet is locked by now, so what remains stays as it is read here.
        SELECT h.* INTO v_rest FROM wallets_hold AS h
         WHERE h.id = p_hold_id AND h.shard = p_hold_shard AND h.state = 'open';
        IF FOUND THEN
            PERFORM hold_take_v1(
                p_shard, p_transaction_id, 'void', p_transition_key || ':rest',
                ARRAY[v_rest.wallet_id, v_rest.wallet_id], ARRAY[v_rest.shard, v_rest.shard],
                ARRAY[v_rest.balance_type, 'available'],
                ARRAY[-v_rest.remaining, v_rest.remaining],
                p_hold_id, p_hold_shard, v_rest.remaining, 'captured', p_value_date, '{}');
        END IF;
    ELSE
        PERFORM hold_void_v1(
            p_shard, p_transaction_id, 'void', p_transition_key, p_hold_id, p_hold_shard,
            p_end_state, p_value_date);
    END IF;

    PERFORM ledger_tell_v1(
        p_shard, p_actor, p_event, 'transaction', v_before.public_id::text,
        jsonb_build_object('status', v_before.status, 'state', v_before.state),
        jsonb_build_object('status', p_status, 'state', p_state), created_at);
END;
$$;
