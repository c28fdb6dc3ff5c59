-- crypto_balances: the sums of each wallet's postings.
CREATE VIEW crypto_balances AS
SELECT w.id AS wallet_id, w.owner_id, w.code, w.currency_id AS currency,
       coalesce(s.available, 0) AS available, coalesce(s.held, 0) AS held,
       coalesce(s.locked, 0) AS locked, coalesce(s.invested, 0) AS invested,
       coalesce(s.available + s.held + s.locked, 0) AS total
  FROM wallets_wallet AS w
  LEFT JOIN (
      SELECT p.wallet_id, p.shard,
             coalesce(sum(p.amount) FILTER (WHERE p.balance_type = 'available'), 0) AS available,
             coalesce(sum(p.amount) FILTER (WHERE p.balance_type = 'held'), 0) AS held,
             coalesce(sum(p.amount) FILTER (WHERE p.balance_type = 'locked'), 0) AS locked,
             coalesce(sum(p.amount) FILTER (WHERE p.balance_type = 'invested'), 0) AS invested
        FROM wallets_posting AS p
       GROUP BY p.wallet_id, p.shard
  ) AS s ON s.wallet_id = w.id AND s.shard = w.shard;
