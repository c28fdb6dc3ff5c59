-- folds: fold rows that do not follow from the one before, or do not say what the postings between
-- their horizons sum to; and folded wallets whose row is folded up to another place.
--
-- The first fold row of a wallet that was not always folded has the horizon 0 and stands for its
-- numbered postings. A wallet whose fold rows are all gone shows with no fold_id.
-- A wallet's fold rows are written one after the other under its lock: their ids are in order.
-- wallets: look only at these wallets; NULL: all.
WITH chain AS (
    SELECT w.id AS wallet_id, w.version AS row_version, f.id AS fold_id, f.version, f.horizon,
           f.postings, f.amount, f.balance_after,
           lag(f.version, 1, 0::bigint) OVER history AS version_before,
           lag(f.balance_after, 1, 0::numeric) OVER history AS balance_before,
           lag(f.horizon, 1, '0'::xid8) OVER history AS horizon_before,
           lag(f.id) OVER history IS NULL AS is_first,
           CASE WHEN lead(f.id) OVER history IS NULL THEN w.folded_through END AS row_horizon
      FROM wallets_wallet AS w
      LEFT JOIN wallets_fold AS f ON f.wallet_id = w.id
     WHERE w.folded_through IS NOT NULL
       AND (%(wallets)s::bigint[] IS NULL OR w.id = ANY (%(wallets)s::bigint[]))
    WINDOW history AS (PARTITION BY w.id ORDER BY f.id)
), told AS (
    SELECT c.*, s.posted, s.posted_amount
      FROM chain AS c
     CROSS JOIN LATERAL (
         SELECT sum(a.postings)::bigint AS posted, coalesce(sum(a.amount), 0) AS posted_amount
           FROM (
               SELECT count(*) AS postings, sum(p.amount) AS amount
                 FROM wallets_posting AS p
                WHERE p.wallet_id = c.wallet_id AND p.seq IS NULL
                  AND p.xact_id >= c.horizon_before AND p.xact_id < c.horizon
               UNION ALL
               SELECT count(*), sum(p.amount)
                 FROM wallets_posting AS p
                WHERE c.is_first AND c.horizon = '0'::xid8 AND p.wallet_id = c.wallet_id
                  AND p.seq IS NOT NULL
           ) AS a
     ) AS s
)
SELECT t.fold_id, t.wallet_id, t.version, t.version_before, t.row_version, t.postings, t.amount,
       t.balance_after, t.balance_before, t.posted, t.posted_amount,
       t.horizon::text AS horizon, t.horizon_before::text AS horizon_before,
       t.row_horizon::text AS row_horizon, count(*) OVER () AS found
  FROM told AS t
 WHERE t.version <> t.version_before + t.postings
    OR t.balance_after <> t.balance_before + t.amount
    OR (NOT t.is_first AND t.horizon <= t.horizon_before)
    OR t.posted <> t.postings OR t.posted_amount <> t.amount
    OR t.row_horizon <> coalesce(t.horizon, '0'::xid8)
 ORDER BY t.wallet_id, t.fold_id
 LIMIT %(most)s::int
