-- The wallet rows as the history left them.
UPDATE wallets_wallet AS w
   SET available = p.balance_after, version = p.seq
  FROM (SELECT DISTINCT ON (wallet_id) wallet_id, balance_after, seq
          FROM wallets_posting ORDER BY wallet_id, seq DESC) AS p
 WHERE p.wallet_id = w.id AND w.id BETWEEN %(payer_low)s AND %(payee_high)s
