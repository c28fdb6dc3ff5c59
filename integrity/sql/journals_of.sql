-- journals_of: as journals, for the journals in which some wallets take part.
--
-- wallets: look only at journals in which one of these wallets takes part.
WITH concerned AS MATERIALIZED (
    SELECT DISTINCT m.journal_id
      FROM wallets_posting AS m
     WHERE m.wallet_id = ANY (%(wallets)s::bigint[])
), sums AS (
    SELECT p.journal_id, w.currency_id AS currency, sum(p.amount) AS amount,
           count(*) AS postings
      FROM concerned AS c
      JOIN wallets_posting AS p ON p.journal_id = c.journal_id
      LEFT JOIN wallets_wallet AS w ON w.id = p.wallet_id
     GROUP BY p.journal_id, w.currency_id
)
SELECT s.journal_id, j.id IS NOT NULL AS is_there, s.currency, s.amount, s.postings,
       count(*) OVER () AS found
  FROM sums AS s
  LEFT JOIN wallets_journal AS j ON j.id = s.journal_id
 WHERE s.amount <> 0 OR s.currency IS NULL OR j.id IS NULL
 ORDER BY s.journal_id, s.currency
 LIMIT %(most)s::int
