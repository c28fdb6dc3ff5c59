-- beyond: postings of the wallets given that the wallet row does not count, because they have no
-- seq or one above the row's version. Those of a folded wallet have no seq; folds counts them.
SELECT p.id AS posting_id, p.journal_id, p.wallet_id, p.balance_type, p.amount, p.seq
  FROM wallets_posting AS p
  JOIN wallets_wallet AS w ON w.id = p.wallet_id
 WHERE p.wallet_id = ANY (%(wallets)s::bigint[]) AND (p.seq IS NULL OR p.seq > w.version)
   AND w.folded_through IS NULL
 ORDER BY p.wallet_id, p.seq, p.id
 LIMIT %(most)s::int
