-- ledger_refuse_take_v1: say why a hold would not give what was to be taken from it.
--
-- Internal. Always raises.
-- Errors: LG007 the hold is not open  detail: {"state": ...}, LG008 less remains than is taken,
--         LG010 the hold is of another operation, or cannot end so
CREATE FUNCTION ledger_refuse_take_v1(
    p_hold_id bigint, p_shard smallint, p_amount numeric
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_hold record;
BEGIN
    SELECT h.state, h.remaining INTO v_hold FROM wallets_hold AS h
     WHERE h.id = p_hold_id AND h.shard = p_shard;
    IF v_hold.state IS DISTINCT FROM 'open' THEN
        RAISE EXCEPTION 'hold % is %', p_hold_id, coalesce(v_hold.state, 'unknown')
        USING ERRCODE = 'LG007',
              DETAIL = json_build_object('state', coalesce(v_hold.state, 'unknown'));
    ELSIF v_hold.remaining < p_amount THEN
        RAISE EXCEPTION 'less remains on hold % than is taken', p_hold_id USING ERRCODE = 'LG008';
    END IF;
    RAISE EXCEPTION 'hold % is of another operation, or cannot end so', p_hold_id
    USING ERRCODE = 'LG010';
END;
$$;
