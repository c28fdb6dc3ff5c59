-- wallets: the balances on the wallet rows, which the hot path reads and locks; of a folded wallet
-- the row and what is not folded yet.
CREATE OR REPLACE VIEW wallets AS
SELECT w.id AS wallet_id, w.owner_id, w.code, w.currency_id AS currency,
       (w.available + coalesce(u.amount, 0))::numeric(38,18) AS available,
       w.held, w.locked, w.invested,
       (w.total + coalesce(u.amount, 0))::numeric(38,18) AS total
  FROM wallets_wallet AS w
  LEFT JOIN LATERAL (
      SELECT sum(p.amount) AS amount
        FROM wallets_posting AS p
       WHERE w.folded_through IS NOT NULL AND p.wallet_id = w.id AND p.shard = w.shard
         AND p.seq IS NULL AND p.xact_id >= w.folded_through
  ) AS u ON true;
