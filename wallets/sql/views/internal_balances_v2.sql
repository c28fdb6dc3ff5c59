-- internal_balances: the running balances stamped on the newest posting of each balance type; of a
-- folded wallet the one stamped on its newest fold row, and what came after.
--
-- The greatest (seq, balance_after) of a wallet and balance type is its newest: one pass, no sort.
-- The horizons of a wallet's fold rows only grow.
CREATE OR REPLACE VIEW internal_balances AS
SELECT w.id AS wallet_id, w.owner_id, w.code, w.currency_id AS currency,
       coalesce(f.available, n.available[2], 0) AS available, coalesce(n.held[2], 0) AS held,
       coalesce(n.locked[2], 0) AS locked, coalesce(n.invested[2], 0) AS invested,
       coalesce(f.available, n.available[2], 0) + coalesce(n.held[2], 0) + coalesce(n.locked[2], 0)
           AS total
  FROM wallets_wallet AS w
  LEFT JOIN (
      SELECT p.wallet_id, p.shard,
             max(ARRAY[p.seq, p.balance_after]) FILTER (WHERE p.balance_type = 'available')
                 AS available,
             max(ARRAY[p.seq, p.balance_after]) FILTER (WHERE p.balance_type = 'held') AS held,
             max(ARRAY[p.seq, p.balance_after]) FILTER (WHERE p.balance_type = 'locked') AS locked,
             max(ARRAY[p.seq, p.balance_after]) FILTER (WHERE p.balance_type = 'invested')
                 AS invested
        FROM wallets_posting AS p
       WHERE p.seq IS NOT NULL
       GROUP BY p.wallet_id, p.shard
  ) AS n ON n.wallet_id = w.id AND n.shard = w.shard
  LEFT JOIN LATERAL (
      SELECT coalesce(t.balance_after, 0) + coalesce((
                 SELECT sum(p.amount) FROM wallets_posting AS p
                  WHERE p.wallet_id = w.id AND p.shard = w.shard AND p.seq IS NULL
                    AND p.xact_id >= coalesce(t.horizon, '0'::xid8)), 0) AS available
        FROM (VALUES (w.id)) AS me (id)
        LEFT JOIN LATERAL (
            SELECT f.horizon, f.balance_after FROM wallets_fold AS f
             WHERE f.wallet_id = me.id AND f.shard = w.shard
             ORDER BY f.version DESC LIMIT 1
        ) AS t ON true
       WHERE w.folded_through IS NOT NULL
  ) AS f ON true;
