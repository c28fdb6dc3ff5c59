-- ledger_apply_v1: book one journal together with the holds it takes from and the one it places.
--
-- Internal. Money on held and locked moves only with a hold: on each wallet and balance type the
-- legs add exactly what is placed and take exactly what is taken.
-- p_take_end_states: how a hold ends when nothing remains: captured, voided, expired, released.
-- p_place_public_id: when given, the one leg that adds to held or locked places this hold.
-- Locks:  the wallets lowest id first, then the holds lowest id first.
-- Writes: a journal with postings; remaining and state of the holds taken from; the hold placed.
-- Errors: LG007 a hold is not open, LG008 less remains on it, LG009 a condition of it is open,
--         LG010 the legs do not fit the holds, and those of ledger_book_v2
CREATE FUNCTION ledger_apply_v1(
    p_shard smallint, p_transaction_id bigint, p_kind text, p_transition_key text,
    p_wallet_ids bigint[], p_wallet_shards smallint[], p_balance_types text[], p_amounts numeric[],
    p_take_hold_ids bigint[], p_take_shards smallint[], p_take_amounts numeric[],
    p_take_end_states text[],
    p_place_public_id uuid, p_place_purpose text, p_place_conditions text[],
    p_place_expires_at timestamptz, p_value_date date,
    OUT journal_id bigint, OUT booked_at timestamptz
)
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_place int;
    v_take record;
    v_state text;
    v_hold_id bigint;
BEGIN
    IF p_place_public_id IS NOT NULL THEN
        SELECT min(l.line) INTO v_place
          FROM unnest(p_balance_types, p_amounts) WITH ORDINALITY AS l (balance_type, amount, line)
         WHERE l.balance_type IN ('held', 'locked') AND l.amount > 0
        HAVING count(*) = 1;
        IF v_place IS NULL THEN
            RAISE EXCEPTION 'a hold needs exactly one posting that adds to held or locked'
            USING ERRCODE = 'LG010';
        ELSIF p_place_expires_at <= clock_timestamp() OR NOT isfinite(p_place_expires_at) THEN
            RAISE EXCEPTION 'the hold would have expired already, or never would'
            USING ERRCODE = 'LG007';
        END IF;
    END IF;
    IF EXISTS (
        SELECT FROM (
            SELECT l.wallet_id, l.balance_type, l.amount
              FROM unnest(p_wallet_ids, p_balance_types, p_amounts)
                   AS l (wallet_id, balance_type, amount)
             WHERE l.balance_type IN ('held', 'locked')
            UNION ALL
            SELECT h.wallet_id, h.balance_type, t.amount
              FROM unnest(p_take_hold_ids, p_take_shards, p_take_amounts)
                   AS t (hold_id, shard, amount)
              LEFT JOIN wallets_hold AS h ON h.id = t.hold_id AND h.shard = t.shard
            UNION ALL
            SELECT p_wallet_ids[v_place], p_balance_types[v_place], -p_amounts[v_place]
             WHERE v_place IS NOT NULL
        ) AS m
         GROUP BY m.wallet_id, m.balance_type
        HAVING sum(m.amount) <> 0 OR m.wallet_id IS NULL
    ) OR EXISTS (SELECT FROM unnest(p_take_amounts) AS t (amount) WHERE (t.amount > 0) IS NOT TRUE)
    THEN
        RAISE EXCEPTION 'held and locked money moves with its hold' USING ERRCODE = 'LG010';
    END IF;

    SELECT b.journal_id, b.booked_at INTO journal_id, booked_at
      FROM ledger_book_v2(
          p_shard, p_transaction_id, p_kind, p_transition_key, p_wallet_ids, p_wallet_shards,
          p_balance_types, p_amounts, p_value_date, '{}') AS b;

    FOR v_take IN
        SELECT t.hold_id, t.shard, t.amount, t.end_state
          FROM unnest(p_take_hold_ids, p_take_shards, p_take_amounts, p_take_end_states)
               AS t (hold_id, shard, amount, end_state)
         ORDER BY t.hold_id
    LOOP
        UPDATE wallets_hold AS h
           SET remaining = h.remaining - v_take.amount,
               state = CASE WHEN h.remaining = v_take.amount THEN v_take.end_state ELSE h.state END,
               ended_at = CASE WHEN h.remaining = v_take.amount THEN ledger_apply_v1.booked_at END
          FROM wallets_transaction AS o
         WHERE h.id = v_take.hold_id AND h.shard = v_take.shard AND h.state = 'open'
           AND h.remaining >= v_take.amount
           AND o.id = p_transaction_id AND o.shard = p_shard
           -- A correction takes from the hold of the payment it corrects, nothing else does.
           AND h.transaction_id IN (o.id, o.original_id)
           AND (h.balance_type = 'locked') >= (v_take.end_state IN ('voided', 'expired'))
           AND (h.balance_type = 'held') >= (v_take.end_state = 'released')
           AND v_take.end_state IN ('captured', 'voided', 'expired', 'released');
        IF NOT FOUND THEN
            PERFORM ledger_refuse_take_v1(v_take.hold_id, v_take.shard, v_take.amount);
        END IF;
        IF v_take.end_state = 'released' AND EXISTS (
            SELECT FROM wallets_holdcondition AS c
             WHERE c.hold_id = v_take.hold_id AND c.shard = v_take.shard
               AND c.cleared_at IS NULL
        ) THEN
            RAISE EXCEPTION 'hold % still has an open condition', v_take.hold_id
            USING ERRCODE = 'LG009';
        END IF;
    END LOOP;

    IF v_place IS NOT NULL THEN
        INSERT INTO wallets_hold
            (public_id, shard, wallet_id, transaction_id, balance_type, amount, remaining, purpose,
             state, created_at, expires_at)
        VALUES (p_place_public_id, p_wallet_shards[v_place], p_wallet_ids[v_place],
                p_transaction_id, p_balance_types[v_place], p_amounts[v_place],
                p_amounts[v_place], p_place_purpose, 'open', booked_at, p_place_expires_at)
        RETURNING id INTO v_hold_id;
        INSERT INTO wallets_holdcondition (shard, hold_id, code, opened_at)
        SELECT p_wallet_shards[v_place], v_hold_id, c.code, ledger_apply_v1.booked_at
          FROM unnest(p_place_conditions) AS c (code);
    END IF;
END;
$$;
