-- ledger_require_running_v1: refuse an operation that the emergency stop has stopped.
--
-- Internal. Read in the transaction of the money, so a stop holds from the next statement on.
-- Errors: LG015 stopped  detail: {"message": what customers are told, "since", "retry_after"}
CREATE FUNCTION ledger_require_running_v1(p_operation text, p_currency text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_stop record;
BEGIN
    SELECT s.message, s.engaged_at INTO v_stop FROM wallets_stop AS s
     WHERE s.lifted_at IS NULL
       AND (s.scope = 'all'
            OR (s.scope = 'operation' AND s.value = p_operation)
            OR (s.scope = 'currency' AND s.value = p_currency))
     ORDER BY s.id
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'stopped: % in %', p_operation, p_currency
        USING ERRCODE = 'LG015', DETAIL = json_build_object(
            'message', v_stop.message, 'retry_after', 60,
            'since', to_char(v_stop.engaged_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'));
    END IF;
END;
$$;
