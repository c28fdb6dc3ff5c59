-- open_wallet_v2: open a wallet, or give the one there is.
--
-- A customer's first wallet becomes the primary one. House wallets (no owner) have a code.
-- p_folded: a house wallet whose row is brought up to its postings later (see ledger_book_v2).
-- Repeat: returns the wallet that exists.
-- Errors: LG003 no such currency, and the constraints of wallets_wallet
CREATE FUNCTION open_wallet_v2(
    p_owner_id uuid, p_currency text, p_public_id uuid, p_code text DEFAULT NULL,
    p_floor numeric DEFAULT 0, p_folded boolean DEFAULT false,
    OUT wallet_id bigint, OUT shard smallint, OUT opened boolean
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_decimals smallint;
    v_primary boolean;
BEGIN
    shard := ledger_shard(p_owner_id);
    opened := false;
    SELECT c.decimals INTO v_decimals FROM wallets_currency AS c WHERE c.code = p_currency;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no currency %', p_currency USING ERRCODE = 'LG003';
    END IF;
    -- Three times: two first wallets opened at once both want to be primary and one of them is not,
    -- and a wallet that another session opened meanwhile is found by the next look.
    FOR v_try IN 1..3 LOOP
        -- Two arms, because IS NOT DISTINCT FROM cannot use an index.
        SELECT w.id INTO wallet_id FROM wallets_wallet AS w
         WHERE w.shard = open_wallet_v2.shard AND w.currency_id = p_currency
           AND w.owner_id = p_owner_id AND p_code IS NULL
        UNION ALL
        SELECT w.id FROM wallets_wallet AS w
         WHERE w.shard = open_wallet_v2.shard AND w.currency_id = p_currency
           AND w.code = p_code AND p_owner_id IS NULL;
        EXIT WHEN wallet_id IS NOT NULL;
        v_primary := p_owner_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM wallets_wallet AS w
             WHERE w.owner_id = p_owner_id AND w.shard = open_wallet_v2.shard AND w.is_primary);
        INSERT INTO wallets_wallet
            (public_id, shard, owner_id, currency_id, decimals, code, floor, status, is_primary,
             folded_through)
        VALUES (p_public_id, shard, p_owner_id, p_currency, v_decimals, p_code, p_floor, 'active',
                v_primary, CASE WHEN p_folded THEN '0'::xid8 END)
        ON CONFLICT DO NOTHING
        RETURNING id INTO wallet_id;
        opened := wallet_id IS NOT NULL;
        EXIT WHEN opened;
    END LOOP;
    IF wallet_id IS NULL THEN
        RAISE EXCEPTION 'the public id % is taken', p_public_id
        USING ERRCODE = 'unique_violation', CONSTRAINT = 'wallet_public_id_once';
    END IF;
END;
$$;
