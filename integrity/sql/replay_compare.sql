-- replay_compare: wallets that stand otherwise than they were rebuilt, on either side.
SELECT coalesce(w.id, r.wallet_id) AS wallet_id, w.currency_id AS currency,
       w.available, w.held, w.locked, w.invested, w.version::numeric,
       coalesce(r.available, 0), coalesce(r.held, 0), coalesce(r.locked, 0),
       coalesce(r.invested, 0), coalesce(r.version, 0)::numeric,
       count(*) OVER () AS found
  FROM public.wallets_wallet AS w
  FULL JOIN {schema}.wallet AS r ON r.wallet_id = w.id
 WHERE (w.available, w.held, w.locked, w.invested, w.version)
       IS DISTINCT FROM (coalesce(r.available, 0), coalesce(r.held, 0), coalesce(r.locked, 0),
                         coalesce(r.invested, 0), coalesce(r.version, 0))
 ORDER BY 1
