-- wallets: the balances on the wallet rows, which the hot path reads and locks.
CREATE VIEW wallets AS
SELECT w.id AS wallet_id, w.owner_id, w.code, w.currency_id AS currency,
       w.available, w.held, w.locked, w.invested, w.total
  FROM wallets_wallet AS w;
