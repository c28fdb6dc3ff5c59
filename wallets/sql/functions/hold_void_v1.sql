-- hold_void_v1: give what remains on an open hold back to the wallet's available balance.
--
-- p_end_state: voided or expired for locked money, released for held money whose conditions are all
-- cleared.
-- Locks:  the wallet, then the hold.
-- Errors: LG007 the hold is not open, LG009 a condition of it is still open, LG010 wrong end state
--         and those of ledger_book_v1
CREATE FUNCTION hold_void_v1(
    p_shard smallint, p_transaction_id bigint, p_kind text, p_transition_key text,
    p_hold_id bigint, p_hold_shard smallint, p_end_state text,
    p_value_date date DEFAULT NULL, p_metadata jsonb DEFAULT '{}',
    OUT journal_id bigint, OUT booked_at timestamptz
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_hold record;
BEGIN
    -- The wallet is locked first, so that what remains cannot change before it is booked.
    PERFORM 1 FROM wallets_wallet AS w
      JOIN wallets_hold AS h ON h.wallet_id = w.id AND h.shard = w.shard
     WHERE h.id = p_hold_id AND h.shard = p_hold_shard
       FOR NO KEY UPDATE OF w;
    SELECT h.* INTO v_hold FROM wallets_hold AS h
     WHERE h.id = p_hold_id AND h.shard = p_hold_shard;
    IF v_hold.state IS DISTINCT FROM 'open' THEN
        RAISE EXCEPTION 'hold % is %', p_hold_id, coalesce(v_hold.state, 'unknown')
        USING ERRCODE = 'LG007',
              DETAIL = json_build_object('state', coalesce(v_hold.state, 'unknown'));
    ELSIF p_transaction_id IS DISTINCT FROM v_hold.transaction_id
            OR (v_hold.balance_type = 'locked' AND p_end_state NOT IN ('voided', 'expired'))
            OR (v_hold.balance_type = 'held' AND p_end_state <> 'released') THEN
        RAISE EXCEPTION 'a hold in % cannot end as %', v_hold.balance_type, p_end_state
        USING ERRCODE = 'LG010';
    ELSIF EXISTS (
        SELECT FROM wallets_holdcondition AS c
         WHERE c.hold_id = p_hold_id AND c.shard = p_hold_shard AND c.cleared_at IS NULL
    ) THEN
        RAISE EXCEPTION 'hold % still has an open condition', p_hold_id USING ERRCODE = 'LG009';
    END IF;
    SELECT b.journal_id, b.booked_at INTO journal_id, booked_at
      FROM hold_take_v1(
          p_shard, p_transaction_id, p_kind, p_transition_key,
          ARRAY[v_hold.wallet_id, v_hold.wallet_id], ARRAY[v_hold.shard, v_hold.shard],
          ARRAY[v_hold.balance_type, 'available'], ARRAY[-v_hold.remaining, v_hold.remaining],
          p_hold_id, p_hold_shard, v_hold.remaining, p_end_state, p_value_date, p_metadata) AS b;
END;
$$;
