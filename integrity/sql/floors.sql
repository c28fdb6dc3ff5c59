-- floors: wallets with less than they may have, or with something that is no number.
--
-- A folded wallet has its row and what is not folded yet: the relation wallets adds them.
-- wallets: look only at these wallets; NULL: all.
SELECT w.id AS wallet_id, w.owner_id, w.code, w.currency_id AS currency, b.balance_type, b.amount,
       b.lowest, count(*) OVER () AS found
  FROM wallets_wallet AS w
  JOIN wallets AS r ON r.wallet_id = w.id
 CROSS JOIN LATERAL (VALUES
     ('available', r.available, w.floor), ('held', w.held, 0), ('locked', w.locked, 0),
     ('invested', w.invested, 0)
 ) AS b (balance_type, amount, lowest)
 WHERE (b.amount < b.lowest OR b.amount = 'NaN' OR b.lowest = 'NaN'
        OR (w.code IS NULL AND w.floor IS NULL AND b.balance_type = 'available'))
   AND (%(wallets)s::bigint[] IS NULL OR w.id = ANY (%(wallets)s::bigint[]))
 ORDER BY w.id, b.balance_type
 LIMIT %(most)s::int
