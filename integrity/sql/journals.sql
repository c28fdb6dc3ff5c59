-- journals: journals that do not sum to zero in a currency, and postings whose journal is not there.
--
-- wallets: look only at journals in which one of these wallets takes part; NULL: all.
-- A posting whose wallet is not there has no currency here.
SELECT g.journal_id, j.id IS NOT NULL AS is_there, g.currency, g.amount, g.postings,
       count(*) OVER () AS found
  FROM (
      SELECT p.journal_id, w.currency_id AS currency, sum(p.amount) AS amount,
             count(*) AS postings
        FROM wallets_posting AS p
        LEFT JOIN wallets_wallet AS w ON w.id = p.wallet_id
       WHERE %(wallets)s::bigint[] IS NULL
          OR p.journal_id IN (
              SELECT m.journal_id FROM wallets_posting AS m
               WHERE m.wallet_id = ANY (%(wallets)s::bigint[])
          )
       GROUP BY p.journal_id, w.currency_id
  ) AS g
  LEFT JOIN wallets_journal AS j ON j.id = g.journal_id
 WHERE g.amount <> 0 OR g.currency IS NULL OR j.id IS NULL
 ORDER BY g.journal_id, g.currency
 LIMIT %(most)s::int
