-- replay_compare: wallets that stand otherwise than they were rebuilt, on either side.
--
-- A folded wallet stands as its row says with what is not folded yet.
WITH stands AS (
    SELECT w.id, w.currency_id, w.available + coalesce(u.amount, 0) AS available, w.held, w.locked,
           w.invested, w.version + coalesce(u.postings, 0) AS version
      FROM public.wallets_wallet AS w
      LEFT JOIN LATERAL (
          SELECT sum(p.amount) AS amount, count(*) AS postings
            FROM public.wallets_posting AS p
           WHERE w.folded_through IS NOT NULL AND p.wallet_id = w.id AND p.seq IS NULL
             AND p.xact_id >= w.folded_through
      ) AS u ON TRUE
)
SELECT coalesce(w.id, r.wallet_id) AS wallet_id, w.currency_id AS currency,
       w.available, w.held, w.locked, w.invested, w.version::numeric,
       coalesce(r.available, 0), coalesce(r.held, 0), coalesce(r.locked, 0),
       coalesce(r.invested, 0), coalesce(r.version, 0)::numeric,
       count(*) OVER () AS found
  FROM stands AS w
  FULL JOIN {schema}.wallet AS r ON r.wallet_id = w.id
 WHERE (w.available, w.held, w.locked, w.invested, w.version)
       IS DISTINCT FROM (coalesce(r.available, 0), coalesce(r.held, 0), coalesce(r.locked, 0),
                         coalesce(r.invested, 0), coalesce(r.version, 0))
 ORDER BY 1
