-- hold_capture_v1: take all or part of an open hold and book where the money goes.
--
-- Units:  exactly one posting is on held or locked: the hold's wallet and balance type, negative.
--         What is not taken stays on hold; hold_void_v1 gives it back.
-- Errors: LG010 not exactly that posting, and those of hold_take_v1
CREATE FUNCTION hold_capture_v1(
    p_shard smallint, p_transaction_id bigint, p_kind text, p_transition_key text,
    p_wallet_ids bigint[], p_wallet_shards smallint[], p_balance_types text[], p_amounts numeric[],
    p_hold_id bigint, p_hold_shard smallint,
    p_value_date date DEFAULT NULL, p_metadata jsonb DEFAULT '{}',
    OUT journal_id bigint, OUT booked_at timestamptz
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_hold record;
    v_place int;
BEGIN
    SELECT h.wallet_id, h.balance_type, h.transaction_id, h.state, h.remaining
      INTO v_hold FROM wallets_hold AS h
     WHERE h.id = p_hold_id AND h.shard = p_hold_shard;
    SELECT min(t.line) INTO v_place
      FROM unnest(p_balance_types) WITH ORDINALITY AS t (balance_type, line)
     WHERE t.balance_type IN ('held', 'locked')
    HAVING count(*) = 1;
    IF v_place IS NULL OR p_amounts[v_place] >= 0
            OR p_wallet_ids[v_place] IS DISTINCT FROM v_hold.wallet_id
            OR p_balance_types[v_place] IS DISTINCT FROM v_hold.balance_type
            OR p_transaction_id IS DISTINCT FROM v_hold.transaction_id THEN
        RAISE EXCEPTION 'a capture takes once from the wallet and balance of its hold'
        USING ERRCODE = 'LG010';
    ELSIF v_hold.balance_type = 'held' THEN
        RAISE EXCEPTION 'held money is released, not captured' USING ERRCODE = 'LG010';
    ELSIF v_hold.state = 'open' AND v_hold.remaining < -p_amounts[v_place] THEN
        -- Said here in the words of holds; hold_take_v1 decides under the lock.
        RAISE EXCEPTION 'less remains on hold % than is taken', p_hold_id USING ERRCODE = 'LG008';
    ELSIF v_hold.state <> 'open' THEN
        RAISE EXCEPTION 'hold % is %', p_hold_id, v_hold.state
        USING ERRCODE = 'LG007', DETAIL = json_build_object('state', v_hold.state);
    END IF;
    SELECT b.journal_id, b.booked_at INTO journal_id, booked_at
      FROM hold_take_v1(
          p_shard, p_transaction_id, p_kind, p_transition_key, p_wallet_ids, p_wallet_shards,
          p_balance_types, p_amounts, p_hold_id, p_hold_shard, -p_amounts[v_place], 'captured',
          p_value_date, p_metadata) AS b;
END;
$$;
