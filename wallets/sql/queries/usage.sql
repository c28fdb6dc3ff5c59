-- What a customer has used of each limit, as ledger_guard_v1 counts it, but without its lock.
--
-- Units:  used in USD or a count; frees_at is when the oldest payment in the window leaves it.
SELECT l.name, l.maximum, u.used, u.oldest + make_interval(secs => l.window_s) AS frees_at
  FROM jsonb_to_recordset(%(limits)s::jsonb)
       AS l (name text, measure text, types text[], window_s int, maximum numeric, key text)
 CROSS JOIN LATERAL (
      SELECT CASE l.measure WHEN 'count' THEN count(*) ELSE coalesce(sum(t.usd_value), 0) END
             AS used,
             min(t.created_at) AS oldest
        FROM wallets_wallet AS w
        JOIN wallets_transaction AS t ON t.payer_wallet_id = w.id AND t.shard = w.shard
       WHERE w.owner_id = %(customer)s::uuid AND w.shard = %(shard)s::smallint
         AND t.usd_value IS NOT NULL
         AND t.type = ANY (l.types)
         AND t.status NOT IN ('FAILED', 'CANCELLED')
         AND t.created_at > clock_timestamp() - make_interval(secs => l.window_s)
         AND (l.key IS NULL OR t.metadata ->> 'api_key' = l.key)
 ) AS u
