-- book_step_v2: the next step of an operation in one call: its state, and what it moves.
--
-- p_from:       the states from which this step goes; another one is refused.
-- p_wallet_ids: the legs; NULL for a step that moves nothing.
-- p_take_*, p_place_*: the holds the journal takes from, and the one it places (ledger_apply_v1).
-- p_operation:  when given, the step is refused while this operation is stopped.
-- p_key:        when given, the caller's idempotency key (see ledger_claim_key_v1).
-- p_details:    more for the audit event: what the step was decided upon.
-- Locks:  the key, the transaction, the wallets lowest id first, the holds.
-- Writes: idempotency key, state of the transaction, journal with postings, holds, audit event,
--         outbox event.
-- Errors: LG003 no such transaction, LG012 it is in another state  detail: {"state", "status"}
--         LG020 route again, and those of ledger_claim_key_v1, ledger_require_running_v1 and ledger_apply_v1
CREATE FUNCTION book_step_v2(
    p_shard smallint, p_transaction_id bigint, p_from text[], p_status text, p_state text,
    p_kind text, p_transition_key text, p_wallet_ids bigint[], p_wallet_shards smallint[],
    p_balance_types text[], p_amounts numeric[],
    p_take_hold_ids bigint[], p_take_shards smallint[], p_take_amounts numeric[],
    p_take_end_states text[],
    p_place_public_id uuid, p_place_purpose text, p_place_conditions text[],
    p_place_expires_at timestamptz, p_value_date date, p_operation text,
    p_caller uuid, p_key text, p_fingerprint bytea, p_response_status smallint, p_response text,
    p_actor jsonb, p_event text, p_details jsonb,
    OUT claimed boolean, OUT transaction_id bigint, OUT created_at timestamptz,
    OUT used_fingerprint bytea, OUT response_status smallint, OUT response text
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_claim record;
    v_before record;
BEGIN
    created_at := clock_timestamp();
    transaction_id := p_transaction_id;
    claimed := true;
    IF p_key IS NOT NULL THEN
        v_claim := ledger_claim_key_v1(
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

    SELECT t.status, t.state, t.public_id, t.currency_id INTO v_before
      FROM wallets_transaction AS t
     WHERE t.id = p_transaction_id AND t.shard = p_shard
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no transaction %', p_transaction_id USING ERRCODE = 'LG003';
    ELSIF v_before.state <> ALL (p_from) THEN
        RAISE EXCEPTION 'transaction % is %', p_transaction_id, v_before.state
        USING ERRCODE = 'LG012', DETAIL = json_build_object(
            'status', v_before.status, 'state', v_before.state);
    END IF;
    IF p_operation IS NOT NULL THEN
        PERFORM ledger_require_running_v1(p_operation, v_before.currency_id);
    END IF;
    UPDATE wallets_transaction AS t
       SET status = p_status, state = p_state,
           completed_at = CASE WHEN p_status IN ('COMPLETED', 'FAILED', 'CANCELLED')
                               THEN book_step_v2.created_at ELSE t.completed_at END
     WHERE t.id = p_transaction_id AND t.shard = p_shard;

    IF p_wallet_ids IS NOT NULL THEN
        IF 'kyc' = ANY (p_place_conditions) THEN
            PERFORM ledger_require_unapproved_v1(l.wallet_id, l.shard)
               FROM unnest(p_wallet_ids, p_wallet_shards, p_balance_types, p_amounts)
                    AS l (wallet_id, shard, balance_type, amount)
              WHERE l.balance_type = 'held' AND l.amount > 0;
        END IF;
        PERFORM ledger_apply_v1(
            p_shard, p_transaction_id, p_kind, p_transition_key, p_wallet_ids, p_wallet_shards,
            p_balance_types, p_amounts, p_take_hold_ids, p_take_shards, p_take_amounts,
            p_take_end_states, p_place_public_id, p_place_purpose, p_place_conditions, p_place_expires_at,
            p_value_date);
    END IF;

    PERFORM ledger_tell_v1(
        p_shard, p_actor, p_event, 'transaction', v_before.public_id::text,
        jsonb_build_object('status', v_before.status, 'state', v_before.state),
        jsonb_build_object('status', p_status, 'state', p_state) || coalesce(p_details, '{}'),
        created_at);
END;
$$;
