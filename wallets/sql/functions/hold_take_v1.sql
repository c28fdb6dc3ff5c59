-- hold_take_v1: take from an open hold with the journal given, and end it when nothing remains.
--
-- Internal: hold_capture_v1 and hold_void_v1 decide what is booked.
-- Locks:  the wallets, lowest id first, then the hold: two ends of one hold meet at its wallet.
-- Writes: a journal with postings; remaining and state of the hold.
-- Errors: LG007 the hold is not open any more, LG008 less remains than is taken
--         and those of ledger_book_v1
CREATE FUNCTION hold_take_v1(
    p_shard smallint, p_transaction_id bigint, p_kind text, p_transition_key text,
    p_wallet_ids bigint[], p_wallet_shards smallint[], p_balance_types text[], p_amounts numeric[],
    p_hold_id bigint, p_hold_shard smallint, p_taken numeric, p_end_state text,
    p_value_date date, p_metadata jsonb,
    OUT journal_id bigint, OUT booked_at timestamptz
)
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_state text;
BEGIN
    SELECT b.journal_id, b.booked_at INTO journal_id, booked_at
      FROM ledger_book_v1(
          p_shard, p_transaction_id, p_kind, p_transition_key, p_wallet_ids, p_wallet_shards,
          p_balance_types, p_amounts, p_value_date, p_metadata) AS b;

    UPDATE wallets_hold AS h
       SET remaining = h.remaining - p_taken,
           state = CASE WHEN h.remaining = p_taken THEN p_end_state ELSE h.state END,
           ended_at = CASE WHEN h.remaining = p_taken THEN hold_take_v1.booked_at END
     WHERE h.id = p_hold_id AND h.shard = p_hold_shard AND h.state = 'open'
       AND h.remaining >= p_taken;
    IF NOT FOUND THEN
        SELECT h.state INTO v_state FROM wallets_hold AS h
         WHERE h.id = p_hold_id AND h.shard = p_hold_shard;
        IF v_state = 'open' THEN
            RAISE EXCEPTION 'less remains on hold % than is taken', p_hold_id
            USING ERRCODE = 'LG008';
        END IF;
        RAISE EXCEPTION 'hold % is %', p_hold_id, coalesce(v_state, 'unknown')
        USING ERRCODE = 'LG007', DETAIL = json_build_object('state', coalesce(v_state, 'unknown'));
    END IF;
END;
$$;
