-- fold_wallet_v1: bring the row of a folded wallet up to its postings.
--
-- Takes the postings of database transactions below the oldest one that is still running, so that a
-- late commit is never passed over: what is not taken now is taken by the next call. Always all that
-- lies below: only there is the sum one that the wallet really had, and never under its floor.
-- Repeat: postings is 0 and nothing is written when there is nothing to fold.
-- Locks:  the wallet, until commit. Bookings on it do not wait, but those that take from a floor.
-- Writes: available, version and folded_through of the wallet; one fold row.
-- Errors: LG003 no such folded wallet
--         LG030 the ids of this database's transactions are behind what is folded (it was restored
--               into another cluster); nothing may be booked before they are set forward
CREATE FUNCTION fold_wallet_v1(
    p_wallet_id bigint, p_shard smallint,
    OUT postings bigint, OUT horizon xid8, OUT balance_after numeric
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_wallet record;
    v_amount numeric;
BEGIN
    SELECT w.available, w.version, w.folded_through INTO v_wallet FROM wallets_wallet AS w
     WHERE w.id = p_wallet_id AND w.shard = p_shard AND w.folded_through IS NOT NULL
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no folded wallet % on shard %', p_wallet_id, p_shard
        USING ERRCODE = 'LG003';
    END IF;
    -- First the horizon, then the sum, in a later snapshot: all below the horizon has ended by then.
    horizon := pg_snapshot_xmin(pg_current_snapshot());
    IF pg_snapshot_xmax(pg_current_snapshot()) < v_wallet.folded_through THEN
        RAISE EXCEPTION 'wallet % is folded up to transaction %, this database is at %',
            p_wallet_id, v_wallet.folded_through, horizon USING ERRCODE = 'LG030';
    END IF;
    SELECT count(*), coalesce(sum(p.amount), 0) INTO postings, v_amount
      FROM wallets_posting AS p
     WHERE p.wallet_id = p_wallet_id AND p.shard = p_shard AND p.seq IS NULL
       AND p.xact_id >= v_wallet.folded_through AND p.xact_id < fold_wallet_v1.horizon;
    balance_after := v_wallet.available + v_amount;
    IF postings = 0 THEN
        horizon := v_wallet.folded_through;
        RETURN;
    END IF;
    UPDATE wallets_wallet AS w
       SET available = fold_wallet_v1.balance_after, version = w.version + postings,
           folded_through = fold_wallet_v1.horizon
     WHERE w.id = p_wallet_id AND w.shard = p_shard;
    INSERT INTO wallets_fold
        (shard, wallet_id, version, horizon, postings, amount, balance_after, folded_at)
    VALUES (p_shard, p_wallet_id, v_wallet.version + postings, horizon, postings, v_amount,
            balance_after, clock_timestamp());
END;
$$;
