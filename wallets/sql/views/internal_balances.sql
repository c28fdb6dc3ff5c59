-- internal_balances: the running balances stamped on the newest posting of each balance type.
--
-- The greatest (seq, balance_after) of a wallet and balance type is its newest: one pass, no sort.
CREATE VIEW internal_balances AS
SELECT w.id AS wallet_id, w.owner_id, w.code, w.currency_id AS currency,
       coalesce(n.available[2], 0) AS available, coalesce(n.held[2], 0) AS held,
       coalesce(n.locked[2], 0) AS locked, coalesce(n.invested[2], 0) AS invested,
       coalesce(n.available[2], 0) + coalesce(n.held[2], 0) + coalesce(n.locked[2], 0) AS total
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
       GROUP BY p.wallet_id, p.shard
  ) AS n ON n.wallet_id = w.id AND n.shard = w.shard;
