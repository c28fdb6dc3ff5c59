-- hold_condition_v1: open one more condition of a hold in held, or clear one.
--
-- Returns how many of its conditions are open then; with none the hold may be released.
-- Repeat: a condition that is open or cleared already stays as it is.
-- Locks:  the wallet, then the hold, until commit: two who clear the last two conditions meet here.
-- Writes: the condition.
-- Errors: LG003 no such hold, LG007 the hold is not open  detail: {"state": ...}
--         LG010 the hold is not in held
CREATE FUNCTION hold_condition_v1(
    p_hold_id bigint, p_shard smallint, p_code text, p_opens boolean, p_by uuid, p_note text
) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_hold record;
BEGIN
    PERFORM 1 FROM wallets_wallet AS w
      JOIN wallets_hold AS h ON h.wallet_id = w.id AND h.shard = w.shard
     WHERE h.id = p_hold_id AND h.shard = p_shard
       FOR NO KEY UPDATE OF w;
    SELECT h.state, h.balance_type INTO v_hold FROM wallets_hold AS h
     WHERE h.id = p_hold_id AND h.shard = p_shard
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no hold %', p_hold_id USING ERRCODE = 'LG003';
    ELSIF v_hold.state <> 'open' THEN
        RAISE EXCEPTION 'hold % is %', p_hold_id, v_hold.state
        USING ERRCODE = 'LG007', DETAIL = json_build_object('state', v_hold.state);
    ELSIF v_hold.balance_type <> 'held' THEN
        RAISE EXCEPTION 'only held money waits for conditions' USING ERRCODE = 'LG010';
    END IF;
    IF p_opens THEN
        INSERT INTO wallets_holdcondition AS c (shard, hold_id, code, opened_at, note)
        VALUES (p_shard, p_hold_id, p_code, clock_timestamp(), p_note)
        ON CONFLICT (hold_id, code, shard) DO UPDATE
           SET cleared_at = NULL, cleared_by = NULL, opened_at = excluded.opened_at,
               note = excluded.note
         WHERE c.cleared_at IS NOT NULL;
    ELSE
        UPDATE wallets_holdcondition AS c
           SET cleared_at = clock_timestamp(), cleared_by = p_by, note = p_note
         WHERE c.hold_id = p_hold_id AND c.shard = p_shard AND c.code = p_code
           AND c.cleared_at IS NULL;
    END IF;
    RETURN (SELECT count(*) FROM wallets_holdcondition AS c
             WHERE c.hold_id = p_hold_id AND c.shard = p_shard AND c.cleared_at IS NULL);
END;
$$;
