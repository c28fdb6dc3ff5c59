-- ledger_refuse_wallet_v1: lock a wallet that would not take its postings and say why.
--
-- Returns when the wallet takes them after all (it changed between the two looks); the caller,
-- who now has the lock, tries again.
-- Locks:  the wallet, until commit.
-- Errors: LG002 not enough available          detail: {"available": ..., "required": ...}
--         LG003 no such wallet
--         LG004 the wallet is frozen or closed  detail: {"status": ...}
--         LG005 more decimals than the currency has
--         LG010 held, locked or invested would go below zero, or a house wallet uses them
CREATE FUNCTION ledger_refuse_wallet_v1(
    p_wallet_id bigint, p_shard smallint,
    p_available numeric, p_held numeric, p_locked numeric, p_invested numeric, p_decimals int
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_wallet record;
BEGIN
    SELECT w.* INTO v_wallet FROM wallets_wallet AS w
     WHERE w.id = p_wallet_id AND w.shard = p_shard
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no wallet % on shard %', p_wallet_id, p_shard USING ERRCODE = 'LG003';
    ELSIF v_wallet.status = 'closed' OR (v_wallet.status = 'frozen' AND p_available < 0) THEN
        RAISE EXCEPTION 'wallet % is %', p_wallet_id, v_wallet.status
        USING ERRCODE = 'LG004', DETAIL = json_build_object('status', v_wallet.status);
    ELSIF v_wallet.decimals < p_decimals THEN
        RAISE EXCEPTION '% has % decimals', v_wallet.currency_id, v_wallet.decimals
        USING ERRCODE = 'LG005';
    ELSIF v_wallet.available + p_available < v_wallet.floor THEN
        RAISE EXCEPTION 'wallet % has not enough available', p_wallet_id
        USING ERRCODE = 'LG002', DETAIL = json_build_object(
            'available', trim_scale(v_wallet.available - v_wallet.floor)::text,
            'required', trim_scale(-p_available)::text);
    ELSIF v_wallet.held + p_held < 0 OR v_wallet.locked + p_locked < 0
            OR v_wallet.invested + p_invested < 0
            OR (v_wallet.code IS NOT NULL AND (p_held <> 0 OR p_locked <> 0 OR p_invested <> 0)) THEN
        RAISE EXCEPTION 'wallet % does not hold that much', p_wallet_id USING ERRCODE = 'LG010';
    END IF;
END;
$$;
