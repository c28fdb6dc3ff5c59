-- repair_wallet_v2: write a wallet's balances anew from its postings, when these are sound.
--
-- Sound means: seq runs from 1 to the row's version without a gap, the running balances chain, every
-- journal the wallet takes part in is there and sums to zero in each currency. Anything else is
-- refused: a lost or invented posting is never paid out. Postings are never touched.
-- Of a folded wallet also the fold rows chain and say what their postings sum to, and its row is
-- folded up to the newest of them; what is not folded yet is no part of the row.
-- p_apply: false only says what would be written.
-- Repeat:  changed = false when the row is right already; then nothing is written.
-- Locks:   the wallet, until commit.
-- Writes:  available, held, locked, invested of the wallet; audit event, outbox event.
-- Errors:  LG003 no such wallet
--          LG014 refused: the postings are not sound    detail: {"reason": ...}
CREATE FUNCTION repair_wallet_v2(
    p_wallet_id bigint, p_shard smallint, p_actor jsonb, p_apply boolean DEFAULT true,
    OUT changed boolean, OUT before jsonb, OUT after jsonb
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_wallet record;
    v_sum record;
    v_numbered bigint;
    v_reason text;
BEGIN
    SELECT w.* INTO v_wallet FROM wallets_wallet AS w
     WHERE w.id = p_wallet_id AND w.shard = p_shard
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no wallet % on shard %', p_wallet_id, p_shard USING ERRCODE = 'LG003';
    END IF;

    SELECT coalesce(sum(p.amount) FILTER (WHERE p.balance_type = 'available'), 0) AS available,
           coalesce(sum(p.amount) FILTER (WHERE p.balance_type = 'held'), 0) AS held,
           coalesce(sum(p.amount) FILTER (WHERE p.balance_type = 'locked'), 0) AS locked,
           coalesce(sum(p.amount) FILTER (WHERE p.balance_type = 'invested'), 0) AS invested
      INTO v_sum
      FROM wallets_posting AS p
     WHERE p.wallet_id = p_wallet_id AND p.shard = p_shard
       AND (v_wallet.folded_through IS NULL OR p.seq IS NOT NULL
            OR p.xact_id < v_wallet.folded_through);

    v_numbered := v_wallet.version;
    IF v_wallet.folded_through IS NOT NULL THEN
        v_numbered := coalesce((
            SELECT f.postings FROM wallets_fold AS f
             WHERE f.wallet_id = p_wallet_id AND f.shard = p_shard AND f.horizon = '0'::xid8), 0);
        v_reason := ledger_find_unsound_fold_v1(
            p_wallet_id, p_shard, v_wallet.version, v_wallet.folded_through);
    END IF;
    v_reason := coalesce(v_reason, ledger_find_unsound_v2(
        p_wallet_id, p_shard, v_numbered, v_wallet.folded_through IS NOT NULL));
    IF v_reason IS NULL AND (v_sum.available < v_wallet.floor OR v_sum.held < 0
            OR v_sum.locked < 0 OR v_sum.invested < 0) THEN
        v_reason := 'the postings sum to less than the wallet may have';
    END IF;
    IF v_reason IS NOT NULL THEN
        RAISE EXCEPTION 'wallet % is not repaired: %', p_wallet_id, v_reason
        USING ERRCODE = 'LG014', DETAIL = json_build_object('reason', v_reason);
    END IF;

    before := jsonb_build_object(
        'available', trim_scale(v_wallet.available)::text, 'held', trim_scale(v_wallet.held)::text,
        'locked', trim_scale(v_wallet.locked)::text,
        'invested', trim_scale(v_wallet.invested)::text);
    after := jsonb_build_object(
        'available', trim_scale(v_sum.available)::text, 'held', trim_scale(v_sum.held)::text,
        'locked', trim_scale(v_sum.locked)::text, 'invested', trim_scale(v_sum.invested)::text);
    changed := before <> after;
    IF changed AND p_apply THEN
        UPDATE wallets_wallet AS w
           SET available = v_sum.available, held = v_sum.held, locked = v_sum.locked,
               invested = v_sum.invested
         WHERE w.id = p_wallet_id AND w.shard = p_shard;
        PERFORM ledger_tell_v1(
            p_shard, p_actor, 'wallet.repaired', 'wallet', v_wallet.public_id::text, before, after,
            clock_timestamp());
    END IF;
END;
$$;
