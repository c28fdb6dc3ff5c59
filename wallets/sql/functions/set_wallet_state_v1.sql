-- set_wallet_state_v1: freeze, unfreeze or close a wallet, or set the floor of its available balance.
--
-- NULL leaves a value as it is. A floor above zero or above what is available is refused, and so is
-- closing a wallet that is not empty. House wallets are left alone.
-- Locks:  the wallet, until commit.
-- Errors: LG003 no such wallet of a customer, LG013 not possible as it stands
--         23514 wallet_available_not_below_floor
CREATE FUNCTION set_wallet_state_v1(
    p_wallet_id bigint, p_shard smallint, p_status text, p_floor numeric
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_wallet record;
BEGIN
    SELECT w.* INTO v_wallet FROM wallets_wallet AS w
     WHERE w.id = p_wallet_id AND w.shard = p_shard AND w.code IS NULL
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no wallet % of a customer', p_wallet_id USING ERRCODE = 'LG003';
    ELSIF p_floor > 0 OR p_floor = 'NaN' OR v_wallet.status = 'closed'
            OR (p_status = 'closed' AND (v_wallet.available <> 0 OR v_wallet.held <> 0
                OR v_wallet.locked <> 0 OR v_wallet.invested <> 0 OR v_wallet.is_primary)) THEN
        RAISE EXCEPTION 'wallet % cannot be changed so', p_wallet_id USING ERRCODE = 'LG013';
    END IF;
    UPDATE wallets_wallet AS w
       SET status = coalesce(p_status, w.status), floor = coalesce(p_floor, w.floor)
     WHERE w.id = p_wallet_id AND w.shard = p_shard;
END;
$$;
