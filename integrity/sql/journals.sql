-- journals: journals that do not sum to zero in a currency or have no postings, and postings whose
-- journal is not there; the whole ledger at once.
--
-- A posting whose wallet is not there has no currency here.
SELECT coalesce(g.journal_id, j.id) AS journal_id, j.id IS NOT NULL AS is_there, g.currency,
       coalesce(g.amount, 0) AS amount, coalesce(g.postings, 0) AS postings,
       count(*) OVER () AS found
  FROM (
      SELECT p.journal_id, w.currency_id AS currency, sum(p.amount) AS amount,
             count(*) AS postings
        FROM wallets_posting AS p
        LEFT JOIN wallets_wallet AS w ON w.id = p.wallet_id
       GROUP BY p.journal_id, w.currency_id
  ) AS g
  FULL JOIN wallets_journal AS j ON j.id = g.journal_id
 WHERE g.amount <> 0 OR g.currency IS NULL OR j.id IS NULL
 ORDER BY 1, g.currency
 LIMIT %(most)s::int
