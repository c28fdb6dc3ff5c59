-- ledger_take_folded_v1: let a journal take from a folded wallet that has a floor, or refuse.
--
-- Internal: ledger_book_v2 asks before it writes the posting.
-- p_amount: what the journal takes, negative.
-- Locks:  the wallet, until commit, by an update: two that take wait for each other, and the second
--         sees the posting of the first.
-- Writes: what fold_wallet_v1 writes.
-- Errors: LG002 not enough available  detail: {"available": ..., "required": ...}
CREATE FUNCTION ledger_take_folded_v1(p_wallet_id bigint, p_shard smallint, p_amount numeric)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_left numeric;
BEGIN
    UPDATE wallets_wallet AS w SET available = w.available
     WHERE w.id = p_wallet_id AND w.shard = p_shard;
    PERFORM fold_wallet_v1(p_wallet_id, p_shard);
    -- Committed but not folded yet, because something older still runs; and what this transaction
    -- itself has booked.
    SELECT w.available - w.floor + coalesce((
               SELECT sum(p.amount) FROM wallets_posting AS p
                WHERE p.wallet_id = w.id AND p.shard = w.shard AND p.seq IS NULL
                  AND p.xact_id >= w.folded_through), 0)
      INTO v_left
      FROM wallets_wallet AS w
     WHERE w.id = p_wallet_id AND w.shard = p_shard;
    IF v_left + p_amount < 0 THEN
        RAISE EXCEPTION 'wallet % has not enough available', p_wallet_id
        USING ERRCODE = 'LG002', DETAIL = json_build_object(
            'available', trim_scale(v_left)::text, 'required', trim_scale(-p_amount)::text);
    END IF;
END;
$$;
