-- ledger_require_left_v1: refuse to give back more of a payment than is left of it.
--
-- Internal. Refunds and reversals that were not refused count, those that wait for a checker too.
-- What gives back lives on the shard of what it gives back, so that one shard knows the sum.
-- Units:  p_amount in units of the currency.
-- Locks:  the original, until commit: two that give back the same part meet here.
-- Errors: LG003 no such payment in this currency, LG012 it is in a state from which nothing goes back
--         LG019 less is left  detail: {"left": ...}
CREATE FUNCTION ledger_require_left_v1(
    p_original_id bigint, p_shard smallint, p_currency text, p_amount numeric
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_original record;
    v_left numeric;
BEGIN
    SELECT t.amount, t.status INTO v_original FROM wallets_transaction AS t
     WHERE t.id = p_original_id AND t.shard = p_shard AND t.currency_id = p_currency
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no payment % in %', p_original_id, p_currency USING ERRCODE = 'LG003';
    ELSIF v_original.status NOT IN ('COMPLETED', 'HELD', 'REVERSED') THEN
        RAISE EXCEPTION 'payment % is %', p_original_id, v_original.status
        USING ERRCODE = 'LG012', DETAIL = json_build_object('status', v_original.status);
    END IF;
    SELECT v_original.amount - coalesce(sum(t.amount), 0) INTO v_left
      FROM wallets_transaction AS t
     WHERE t.original_id = p_original_id AND t.shard = p_shard AND t.type IN ('refund', 'reversal')
       AND t.status NOT IN ('FAILED', 'CANCELLED');
    IF p_amount > v_left THEN
        RAISE EXCEPTION 'less of payment % is left', p_original_id
        USING ERRCODE = 'LG019', DETAIL = json_build_object('left', trim_scale(v_left)::text);
    END IF;
END;
$$;
