-- hold_place_v1: book a journal that puts money into held or locked, and the hold that says why.
--
-- Units:  exactly one posting is on held or locked, it is positive, and the hold is for its amount.
-- Locks:  as ledger_book_v1.
-- Writes: a journal with postings, one hold, one row for each condition.
-- Errors: LG010 not exactly one positive posting on held or locked
--         LG007 the hold would have ended already, or never would
--         and those of ledger_book_v1
CREATE FUNCTION hold_place_v1(
    p_shard smallint, p_transaction_id bigint, p_kind text, p_transition_key text,
    p_wallet_ids bigint[], p_wallet_shards smallint[], p_balance_types text[], p_amounts numeric[],
    p_hold_public_id uuid, p_purpose text, p_conditions text[], p_expires_at timestamptz,
    p_value_date date DEFAULT NULL, p_metadata jsonb DEFAULT '{}',
    OUT journal_id bigint, OUT booked_at timestamptz, OUT hold_id bigint
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_place int;
BEGIN
    SELECT min(t.line) INTO v_place
      FROM unnest(p_balance_types) WITH ORDINALITY AS t (balance_type, line)
     WHERE t.balance_type IN ('held', 'locked')
    HAVING count(*) = 1;
    IF v_place IS NULL OR p_amounts[v_place] <= 0 THEN
        RAISE EXCEPTION 'a hold needs exactly one posting that adds to held or locked'
        USING ERRCODE = 'LG010';
    ELSIF p_expires_at <= clock_timestamp() OR NOT isfinite(p_expires_at) THEN
        RAISE EXCEPTION 'the hold would have expired already, or never would'
        USING ERRCODE = 'LG007';
    END IF;

    SELECT b.journal_id, b.booked_at INTO journal_id, booked_at
      FROM ledger_book_v1(
          p_shard, p_transaction_id, p_kind, p_transition_key, p_wallet_ids, p_wallet_shards,
          p_balance_types, p_amounts, p_value_date, p_metadata) AS b;

    INSERT INTO wallets_hold
        (public_id, shard, wallet_id, transaction_id, balance_type, amount, remaining, purpose,
         state, created_at, expires_at)
    VALUES (p_hold_public_id, p_wallet_shards[v_place], p_wallet_ids[v_place], p_transaction_id,
            p_balance_types[v_place], p_amounts[v_place], p_amounts[v_place], p_purpose,
            'open', booked_at, p_expires_at)
    RETURNING id INTO hold_id;

    INSERT INTO wallets_holdcondition (shard, hold_id, code, opened_at)
    SELECT p_wallet_shards[v_place], hold_id, c.code, hold_place_v1.booked_at
      FROM unnest(p_conditions) AS c (code);
END;
$$;
