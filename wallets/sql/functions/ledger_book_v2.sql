-- ledger_book_v2: book one balanced journal and move the balances. The one place that does.
--
-- Internal: the application calls post_journal_v1, the hold functions and the booking functions.
-- Units:  p_amounts in units of the currency; positive adds to the wallet, negative takes.
--         A wallet may occur several times; amounts are booked in the order given and the floor is
--         checked after the last.
--         A folded wallet (folded_through is set: A.SET, R.*) gets its postings and nothing else: no
--         update of its row, so no queue behind it; fold_wallet_v1 brings the row up to date. Taking
--         from one that has a floor locks its row, folds it and checks it first.
-- Locks:  every wallet named but the folded ones, lowest id first, until commit; the update is the
--         lock.
-- Writes: one journal, its postings, the balances.
-- Errors: LG006 the arrays do not describe a journal
--         LG003 no such transaction on this shard
--         LG001 the postings do not sum to zero in each currency (trigger on postings)
--         LG030 the ids of this database's transactions are behind (see fold_wallet_v1)
--         23505 journal_step_booked_once
--         and those of ledger_refuse_wallet_v1 and ledger_take_folded_v1
CREATE FUNCTION ledger_book_v2(
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
    v_order int[];  -- the lines, wallet by wallet in the order of their ids, the last line first
    v_first int;
    v_next int := 1;
    v_line int;
    v_wallet_id bigint;
    v_shard smallint;
    v_add_available numeric;
    v_add_held numeric;
    v_add_locked numeric;
    v_add_invested numeric;
    v_decimals int;
    v_seq bigint;
    v_available numeric;
    v_held numeric;
    v_locked numeric;
    v_invested numeric;
    v_folded record;
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

    v_seqs := array_fill(NULL::bigint, ARRAY[v_count]);
    v_after := array_fill(NULL::numeric, ARRAY[v_count]);
    -- Two wallets need no query to be put in order, and nearly all journals have two.
    IF v_count = 2 AND p_wallet_ids[1] <> p_wallet_ids[2] THEN
        v_order := CASE WHEN p_wallet_ids[1] < p_wallet_ids[2] THEN '{1,2}' ELSE '{2,1}' END;
    ELSE
        v_order := ARRAY(
            SELECT l.line
              FROM unnest(p_wallet_ids, p_wallet_shards) WITH ORDINALITY
                   AS l (wallet_id, wallet_shard, line)
             ORDER BY l.wallet_id, l.wallet_shard, l.line DESC);
    END IF;
    WHILE v_next <= v_count LOOP
        v_first := v_next;
        v_line := v_order[v_first];
        v_wallet_id := p_wallet_ids[v_line];
        v_shard := p_wallet_shards[v_line];
        v_add_available := 0;
        v_add_held := 0;
        v_add_locked := 0;
        v_add_invested := 0;
        v_decimals := 0;
        LOOP
            CASE p_balance_types[v_line]
                WHEN 'available' THEN v_add_available := v_add_available + p_amounts[v_line];
                WHEN 'held' THEN v_add_held := v_add_held + p_amounts[v_line];
                WHEN 'locked' THEN v_add_locked := v_add_locked + p_amounts[v_line];
                WHEN 'invested' THEN v_add_invested := v_add_invested + p_amounts[v_line];
            END CASE;
            v_decimals := greatest(v_decimals, scale(trim_scale(p_amounts[v_line])));
            v_next := v_next + 1;
            EXIT WHEN v_next > v_count;
            v_line := v_order[v_next];
            EXIT WHEN p_wallet_ids[v_line] <> v_wallet_id
                      OR p_wallet_shards[v_line] IS DISTINCT FROM v_shard;
        END LOOP;
        -- Only the house is folded, and the house is on shard 0: nobody else pays for this look.
        IF v_shard = 0 THEN
            SELECT w.floor, w.folded_through INTO v_folded FROM wallets_wallet AS w
             WHERE w.id = v_wallet_id AND w.shard = 0 AND w.folded_through IS NOT NULL
               AND (w.status = 'active' OR (w.status = 'frozen' AND v_add_available >= 0))
               AND w.decimals >= v_decimals
               AND v_add_held = 0 AND v_add_locked = 0 AND v_add_invested = 0;
            IF FOUND THEN
                IF pg_current_xact_id() < v_folded.folded_through THEN
                    -- Below the horizon nobody would ever look for this posting.
                    RAISE EXCEPTION 'wallet % is folded up to transaction %, this database is behind',
                        v_wallet_id, v_folded.folded_through USING ERRCODE = 'LG030';
                END IF;
                IF v_folded.floor IS NOT NULL AND v_add_available < 0 THEN
                    PERFORM ledger_take_folded_v1(v_wallet_id, 0::smallint, v_add_available);
                END IF;
                CONTINUE;
            END IF;
        END IF;
        FOR v_try IN 1..2 LOOP
            UPDATE wallets_wallet AS w
               SET available = w.available + v_add_available,
                   held = w.held + v_add_held,
                   locked = w.locked + v_add_locked,
                   invested = w.invested + v_add_invested,
                   version = w.version + (v_next - v_first)
             WHERE w.id = v_wallet_id AND w.shard = v_shard
               AND w.folded_through IS NULL
               AND (w.status = 'active' OR (w.status = 'frozen' AND v_add_available >= 0))
               AND w.decimals >= v_decimals
               AND (w.floor IS NULL OR w.available + v_add_available >= w.floor)
               AND w.held + v_add_held >= 0
               AND w.locked + v_add_locked >= 0
               AND w.invested + v_add_invested >= 0
               AND (w.code IS NULL
                    OR (v_add_held = 0 AND v_add_locked = 0 AND v_add_invested = 0))
            RETURNING w.version, w.available, w.held, w.locked, w.invested
                 INTO v_seq, v_available, v_held, v_locked, v_invested;
            EXIT WHEN FOUND;
            PERFORM ledger_refuse_wallet_v1(
                v_wallet_id, v_shard, v_add_available, v_add_held,
                v_add_locked, v_add_invested, v_decimals);
            IF v_try = 2 THEN
                RAISE EXCEPTION 'wallet % cannot be booked', v_wallet_id
                USING ERRCODE = 'LG006';
            END IF;
        END LOOP;
        -- From the balances as they are now, back to what each posting left: the last line first.
        FOR v_place IN v_first..v_next - 1 LOOP
            v_line := v_order[v_place];
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
    SELECT t.shard, p_kind, t.id, p_transition_key, ledger_book_v2.booked_at,
           coalesce(p_value_date, (ledger_book_v2.booked_at AT TIME ZONE 'UTC')::date),
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
        (shard, journal_id, wallet_id, balance_type, amount, balance_after, seq, xact_id)
    SELECT l.wallet_shard, journal_id, l.wallet_id, l.balance_type, l.amount, l.balance_after, l.seq,
           CASE WHEN l.seq IS NULL THEN pg_current_xact_id() END
      FROM unnest(p_wallet_ids, p_wallet_shards, p_balance_types, p_amounts, v_after, v_seqs)
           AS l (wallet_id, wallet_shard, balance_type, amount, balance_after, seq);
END;
$$;
