-- wallet_seq_at_v1: the number of the newest posting of a wallet booked at or before a moment.
--
-- A wallet's postings are booked in the order of their seq and the clock is read under the wallet's
-- lock, so the place is found by halving: about 20 look-ups in a history of a million postings.
-- Returns 0 before the first posting.
CREATE FUNCTION wallet_seq_at_v1(p_wallet_id bigint, p_shard smallint, p_moment timestamptz)
RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_low bigint := 0;
    v_high bigint;
    v_middle bigint;
BEGIN
    SELECT max(p.seq) INTO v_high FROM wallets_posting AS p
     WHERE p.wallet_id = p_wallet_id AND p.shard = p_shard;
    WHILE v_low < coalesce(v_high, 0) LOOP
        v_middle := (v_low + v_high + 1) / 2;
        IF EXISTS (
            SELECT FROM wallets_posting AS p JOIN wallets_journal AS j ON j.id = p.journal_id
             WHERE p.wallet_id = p_wallet_id AND p.shard = p_shard AND p.seq = v_middle
               AND j.booked_at <= p_moment
        ) THEN
            v_low := v_middle;
        ELSE
            v_high := v_middle - 1;
        END IF;
    END LOOP;
    RETURN v_low;
END;
$$;
