-- ledger_guard_v1: may this customer's payment go ahead: stops, freezes, cooldown, limits.
--
-- Internal. The ceilings were decided in Python and travel down; here they are checked while nobody
-- else can use the same customer's limits. What is used is read from the transactions themselves, so
-- a payment that is cancelled or fails gives its part back by that alone.
-- p_guard: {"customer": uuid, "limits": [{"name", "measure": "usd" or "count", "types": [...],
--          "window_s", "maximum", "key": id of an API key or null}, ...]}
-- Units:  p_usd is the value of the payment in USD at a recorded price; NULL for what has no value.
-- Locks:  the customer's allowance, before every wallet, until commit.
-- Errors: LG015 stopped, LG016 the customer is frozen, LG017 cooldown  detail: {"retry_after": s}
--         LG018 a limit would be passed
--               detail: {"limit", "maximum", "used", "remaining", "frees_at"}
CREATE FUNCTION ledger_guard_v1(
    p_guard jsonb, p_type text, p_currency text, p_usd numeric, p_now timestamptz
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_customer uuid := (p_guard ->> 'customer')::uuid;
    v_shard smallint := ledger_shard(v_customer);
    v_paused_until timestamptz;
    v_limit record;
BEGIN
    FOR v_try IN 1..2 LOOP
        SELECT a.paused_until INTO v_paused_until FROM wallets_allowance AS a
         WHERE a.customer_id = v_customer AND a.shard = v_shard
           FOR NO KEY UPDATE;
        EXIT WHEN FOUND;
        INSERT INTO wallets_allowance (customer_id, shard) VALUES (v_customer, v_shard)
        ON CONFLICT DO NOTHING;
    END LOOP;
    -- After the lock: what waited for its turn is held by what was engaged meanwhile.
    PERFORM ledger_require_running_v1(p_type, p_currency);
    IF EXISTS (
        SELECT FROM wallets_freeze AS f
         WHERE f.customer_id = v_customer AND f.lifted_at IS NULL AND f.kind IN ('debit', 'full')
    ) THEN
        RAISE EXCEPTION 'customer % is frozen', v_customer USING ERRCODE = 'LG016';
    END IF;
    IF v_paused_until > p_now THEN
        RAISE EXCEPTION 'customer % pauses', v_customer
        USING ERRCODE = 'LG017', DETAIL = json_build_object(
            'retry_after', ceil(extract(epoch FROM v_paused_until - p_now)));
    END IF;
    IF p_usd IS NULL THEN
        RETURN;
    END IF;

    SELECT l.name, l.maximum, u.used, u.oldest + make_interval(secs => l.window_s) AS frees_at
      INTO v_limit
      FROM jsonb_to_recordset(p_guard -> 'limits')
           AS l (name text, measure text, types text[], window_s int, maximum numeric, key text)
     CROSS JOIN LATERAL (
          SELECT CASE l.measure WHEN 'count' THEN count(*) ELSE coalesce(sum(t.usd_value), 0) END
                 AS used,
                 min(t.created_at) AS oldest
            FROM wallets_wallet AS w
            JOIN wallets_transaction AS t ON t.payer_wallet_id = w.id AND t.shard = w.shard
           WHERE w.owner_id = v_customer AND w.shard = v_shard
             AND t.usd_value IS NOT NULL
             AND t.type = ANY (l.types)
             AND t.status NOT IN ('FAILED', 'CANCELLED')
             AND t.created_at > p_now - make_interval(secs => l.window_s)
             AND (l.key IS NULL OR t.metadata ->> 'api_key' = l.key)
     ) AS u
     WHERE u.used + CASE l.measure WHEN 'count' THEN 1 ELSE p_usd END > l.maximum
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'limit % of customer % would be passed', v_limit.name, v_customer
        USING ERRCODE = 'LG018', DETAIL = json_build_object(
            'limit', v_limit.name,
            'maximum', trim_scale(v_limit.maximum)::text,
            'used', trim_scale(v_limit.used)::text,
            'remaining', trim_scale(greatest(v_limit.maximum - v_limit.used, 0))::text,
            'frees_at',
            to_char(v_limit.frees_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'));
    END IF;
END;
$$;
