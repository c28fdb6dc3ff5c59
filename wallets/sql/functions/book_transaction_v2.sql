-- book_transaction_v2: a whole new operation in one call: claim the key, guard, record, book, tell.
--
-- p_wallet_ids:     the legs; NULL for an operation that moves nothing yet.
-- p_hold_public_id: when given, the journal places a hold; a hold that waits for identity is refused
--                   where the identity is approved by now (the caller routes again).
-- p_original_id:    the payment that this one belongs to, on its shard; a refund or a reversal gives
--                   it back, never above it in sum.
-- p_guard:          when given, the limits of the payer's owner (see ledger_guard_v1).
-- p_key:            when given, the caller's idempotency key (see ledger_claim_key_v1).
-- p_free_payee:     when given, the customer who is to have the money at once: nobody has looked whether
--                   a freeze lets it wait, so it is looked at here, and the caller routes again.
-- Returns claimed = false when the key was used before; then nothing is written.
-- Units:  amounts in units of the currency, p_usd_value in USD; p_amount and p_fee for people, the
--         legs for the ledger.
-- Locks:  the key, the original, the allowance, the payee's identity case (shared, where a hold waits
--         for it), then the wallets lowest id first, until commit.
-- Writes: idempotency key, transaction, journal with postings, hold, audit event, outbox event;
--         each row once.
-- Errors: LG019 less of the original is left  detail: {"left": ...}, LG020 route again
--         and those of ledger_claim_key_v1, ledger_guard_v1 and ledger_apply_v1
CREATE FUNCTION book_transaction_v2(
    p_shard smallint, p_public_id uuid, p_type text, p_status text, p_state text,
    p_amount numeric, p_fee numeric, p_currency text, p_payer_wallet_id bigint,
    p_payee_wallet_id bigint, p_reference text, p_note text, p_metadata jsonb,
    p_original_id bigint, p_usd_value numeric, p_guard jsonb,
    p_transition_key text, p_wallet_ids bigint[], p_wallet_shards smallint[],
    p_balance_types text[], p_amounts numeric[], p_value_date date,
    p_hold_public_id uuid, p_purpose text, p_conditions text[], p_expires_at timestamptz,
    p_caller uuid, p_key text, p_fingerprint bytea, p_response_status smallint, p_response text,
    p_actor jsonb, p_event text, p_free_payee uuid,
    OUT claimed boolean, OUT transaction_id bigint, OUT created_at timestamptz,
    OUT used_fingerprint bytea, OUT response_status smallint, OUT response text
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_claim record;
BEGIN
    created_at := clock_timestamp();
    transaction_id := nextval('wallets_transaction_id_seq');
    claimed := true;
    IF p_key IS NOT NULL THEN
        v_claim := ledger_claim_key_v1(
            ledger_shard(p_caller), p_caller, p_key, p_fingerprint, transaction_id,
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
    IF p_original_id IS NOT NULL AND p_type IN ('refund', 'reversal') THEN
        PERFORM ledger_require_left_v1(p_original_id, p_shard, p_currency, p_amount);
    END IF;
    IF p_guard IS NOT NULL THEN
        PERFORM ledger_guard_v1(p_guard, p_type, p_currency, p_usd_value, created_at);
    END IF;
    IF 'kyc' = ANY (p_conditions) THEN
        PERFORM ledger_require_unapproved_v1(
            p_payee_wallet_id, p_wallet_shards[array_position(p_wallet_ids, p_payee_wallet_id)]);
    END IF;

    INSERT INTO wallets_transaction
        (id, public_id, shard, type, status, state, amount, fee, currency_id, payer_wallet_id,
         payee_wallet_id, reference, note, metadata, original_id, usd_value, created_at,
         completed_at)
    OVERRIDING SYSTEM VALUE
    SELECT transaction_id, p_public_id, p_shard, p_type, p_status, p_state, p_amount, p_fee,
           p_currency, p_payer_wallet_id, p_payee_wallet_id, p_reference, p_note, p_metadata,
           p_original_id, p_usd_value, book_transaction_v2.created_at,
           CASE WHEN p_status = 'COMPLETED' THEN book_transaction_v2.created_at END
     WHERE p_free_payee IS NULL OR NOT EXISTS (
           SELECT FROM wallets_freeze AS f
            WHERE f.customer_id = p_free_payee AND f.lifted_at IS NULL
              AND f.kind IN ('credit', 'full'));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'what arrives for customer % waits', p_free_payee USING ERRCODE = 'LG020';
    END IF;

    IF p_wallet_ids IS NOT NULL THEN
        IF p_hold_public_id IS NULL AND NOT p_balance_types && '{held,locked}'::text[] THEN
            PERFORM ledger_book_v2(
                p_shard, transaction_id, p_type, p_transition_key, p_wallet_ids, p_wallet_shards,
                p_balance_types, p_amounts, p_value_date, '{}');
        ELSE
            PERFORM ledger_apply_v1(
                p_shard, transaction_id, p_type, p_transition_key, p_wallet_ids, p_wallet_shards,
                p_balance_types, p_amounts, '{}', '{}', '{}', '{}', p_hold_public_id, p_purpose,
                p_conditions, p_expires_at, p_value_date);
        END IF;
    END IF;

    PERFORM ledger_tell_v1(
        p_shard, p_actor, p_event, 'transaction', p_public_id::text, NULL,
        jsonb_build_object(
            'status', p_status, 'state', p_state, 'amount', trim_scale(p_amount)::text,
            'fee', trim_scale(p_fee)::text, 'currency', p_currency),
        created_at);
END;
$$;
