-- ledger_book_v1: book one balanced journal and move the balances. The one place that does.
--
-- Internal: the application calls post_journal_v1, the hold functions and book_transaction_v1.
-- Units:  p_amounts in units of the currency; positive adds to the wallet, negative takes.
--         A wallet may occur several times; amounts are booked in the order given and the floor is
--         checked after the last.
-- Locks:  every wallet named, lowest id first, until commit; the update is the lock.
-- Writes: one journal, its postings, the balances.
-- Errors: LG006 the arrays do not describe a journal
--         LG003 no such transaction on this shard
--         LG001 the postings do not sum to zero in each currency (trigger on postings)
--         23505 journal_step_booked_once
--         and those of ledger_refuse_wallet_v1
CREATE FUNCTION ledger_book_v1(
    p_shard smallint, p_transaction_id bigint, p_kind text, p_transition_key text,
    p_wallet_ids bigint[], p_wallet_shards smallint[], p_balance_types text[], p_amounts numeric[],
    p_value_date date, p_metadata jsonb,
    OUT journal_id bigint, OUT booked_at timestamptz
)
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    c_most_postings CONSTANT int := 5000;
    v_count int := cardinality(p_wallet_ids);
    v_shape text := format('[1:%s]', v_count);
    v_want record;
    v_seq bigint;
    v_available numeric;
    v_held numeric;
    v_locked numeric;
    v_invested numeric;
    v_line int;
    v_seqs bigint[];
    v_after numeric[];
BEGIN
    IF v_count IS NULL OR v_count < 2 OR v_count > c_most_postings
            -- One shape for all four: a place in one array is the same place in the others.
            OR array_dims(p_wallet_ids) <> v_shape
            OR array_dims(p_wallet_shards) IS DISTINCT FROM v_shape
            OR array_dims(p_balance_types) IS DISTINCT FROM v_shape
            OR array_dims(p_amounts) IS DISTINCT FROM v_shape
            OR array_position(p_wallet_ids, NULL) IS NOT NULL
            -- By name: the column would cut 'available ' to 'available' and no balance would move.
            OR NOT p_balance_types <@ '{available,held,locked,invested}'::text[]
            OR array_position(p_balance_types, NULL) IS NOT NULL
            OR array_position(p_amounts, NULL) IS NOT NULL
            OR 'NaN' = ANY (p_amounts) OR 0 = ANY (p_amounts) THEN
        RAISE EXCEPTION 'a journal needs 2 to % postings, each with a wallet, a balance type and an amount',
            c_most_postings USING ERRCODE = 'LG006';
    END IF;

    v_seqs := array_fill(0, ARRAY[v_count]);
    v_after := array_fill(0, ARRAY[v_count]);
    FOR v_want IN
        SELECT l.wallet_id, l.wallet_shard, count(*) AS postings,
               coalesce(sum(l.amount) FILTER (WHERE l.balance_type = 'available'), 0) AS available,
               coalesce(sum(l.amount) FILTER (WHERE l.balance_type = 'held'), 0) AS held,
               coalesce(sum(l.amount) FILTER (WHERE l.balance_type = 'locked'), 0) AS locked,
               coalesce(sum(l.amount) FILTER (WHERE l.balance_type = 'invested'), 0) AS invested,
               max(scale(trim_scale(l.amount))) AS decimals,
               array_agg(l.line ORDER BY l.line DESC) AS lines
          FROM unnest(p_wallet_ids, p_wallet_shards, p_balance_types, p_amounts) WITH ORDINALITY
               AS l (wallet_id, wallet_shard, balance_type, amount, line)
         GROUP BY l.wallet_id, l.wallet_shard
         ORDER BY l.wallet_id
    LOOP
        FOR v_try IN 1..2 LOOP
            UPDATE wallets_wallet AS w
               SET available = w.available + v_want.available,
                   held = w.held + v_want.held,
                   locked = w.locked + v_want.locked,
                   invested = w.invested + v_want.invested,
                   version = w.version + v_want.postings
             WHERE w.id = v_want.wallet_id AND w.shard = v_want.wallet_shard
               AND (w.status = 'active' OR (w.status = 'frozen' AND v_want.available >= 0))
               AND w.decimals >= v_want.decimals
               AND (w.floor IS NULL OR w.available + v_want.available >= w.floor)
               AND w.held + v_want.held >= 0
               AND w.locked + v_want.locked >= 0
               AND w.invested + v_want.invested >= 0
               AND (w.code IS NULL
                    OR (v_want.held = 0 AND v_want.locked = 0 AND v_want.invested = 0))
            RETURNING w.version, w.available, w.held, w.locked, w.invested
                 INTO v_seq, v_available, v_held, v_locked, v_invested;
            EXIT WHEN FOUND;
            PERFORM ledger_refuse_wallet_v1(
                v_want.wallet_id, v_want.wallet_shard, v_want.available, v_want.held,
                v_want.locked, v_want.invested, v_want.decimals);
            IF v_try = 2 THEN
                RAISE EXCEPTION 'wallet % cannot be booked', v_want.wallet_id
                USING ERRCODE = 'LG006';
            END IF;
        END LOOP;
        -- From the balances as they are now, back to what each posting left: the last line first.
        FOREACH v_line IN ARRAY v_want.lines LOOP
            v_seqs[v_line] := v_seq;
            v_seq := v_seq - 1;
            CASE p_balance_types[v_line]
                WHEN 'available' THEN
                    v_after[v_line] := v_available;
                    v_available := v_available - p_amounts[v_line];
                WHEN 'held' THEN
                    v_after[v_line] := v_held;
                    v_held := v_held - p_amounts[v_line];
                WHEN 'locked' THEN
                    v_after[v_line] := v_locked;
                    v_locked := v_locked - p_amounts[v_line];
                WHEN 'invested' THEN
                    v_after[v_line] := v_invested;
                    v_invested := v_invested - p_amounts[v_line];
            END CASE;
        END LOOP;
    END LOOP;

    booked_at := clock_timestamp();
    INSERT INTO wallets_journal
        (shard, kind, transaction_id, transition_key, booked_at, value_date, metadata)
    SELECT t.shard, p_kind, t.id, p_transition_key, ledger_book_v1.booked_at,
           coalesce(p_value_date, (ledger_book_v1.booked_at AT TIME ZONE 'UTC')::date),
           coalesce(p_metadata, '{}')
      FROM wallets_transaction AS t
     WHERE t.id = p_transaction_id AND t.shard = p_shard
    RETURNING id INTO journal_id;
    IF NOT FOUND THEN
        -- On another shard the same step could be booked a second time.
        RAISE EXCEPTION 'no transaction % on shard %', p_transaction_id, p_shard
        USING ERRCODE = 'LG003';
    END IF;

    INSERT INTO wallets_posting
        (shard, journal_id, wallet_id, balance_type, amount, balance_after, seq)
    SELECT l.wallet_shard, journal_id, l.wallet_id, l.balance_type, l.amount, l.balance_after, l.seq
      FROM unnest(p_wallet_ids, p_wallet_shards, p_balance_types, p_amounts, v_after, v_seqs)
           AS l (wallet_id, wallet_shard, balance_type, amount, balance_after, seq);
END;
$$;
