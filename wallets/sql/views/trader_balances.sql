-- trader_balances: the total from the postings, held and locked from the open holds, available as
-- the rest.
CREATE VIEW trader_balances AS
SELECT w.id AS wallet_id, w.owner_id, w.code, w.currency_id AS currency,
       coalesce(s.total, 0) - coalesce(h.held, 0) - coalesce(h.locked, 0) AS available,
       coalesce(h.held, 0) AS held, coalesce(h.locked, 0) AS locked,
       coalesce(s.invested, 0) AS invested, coalesce(s.total, 0) AS total
  FROM wallets_wallet AS w
  LEFT JOIN (
      SELECT p.wallet_id, p.shard,
             coalesce(sum(p.amount) FILTER (WHERE p.balance_type <> 'invested'), 0) AS total,
             coalesce(sum(p.amount) FILTER (WHERE p.balance_type = 'invested'), 0) AS invested
        FROM wallets_posting AS p
       GROUP BY p.wallet_id, p.shard
  ) AS s ON s.wallet_id = w.id AND s.shard = w.shard
  LEFT JOIN (
      SELECT o.wallet_id, o.shard,
             coalesce(sum(o.remaining) FILTER (WHERE o.balance_type = 'held'), 0) AS held,
             coalesce(sum(o.remaining) FILTER (WHERE o.balance_type = 'locked'), 0) AS locked
        FROM wallets_hold AS o
       WHERE o.state = 'open'
       GROUP BY o.wallet_id, o.shard
  ) AS h ON h.wallet_id = w.id AND h.shard = w.shard;
