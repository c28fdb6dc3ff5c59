-- references: what names a row that is not there, or lies on another shard than what it names; the
-- whole ledger at once.
--
-- Postings are given as one row a wallet.
WITH broken AS (
    SELECT CASE WHEN w.id IS NULL THEN 'posting without its wallet'
                ELSE 'posting on a wrong shard' END AS source,
           s.wallet_id, NULL::bigint AS journal_id, s.posting_id,
           NULL::bigint AS transaction_id, s.times
      FROM (
          SELECT p.wallet_id, min(p.shard) AS lowest, max(p.shard) AS highest,
                 min(p.id) AS posting_id, count(*) AS times
            FROM wallets_posting AS p
           GROUP BY p.wallet_id
      ) AS s
      LEFT JOIN wallets_wallet AS w ON w.id = s.wallet_id
     WHERE w.id IS NULL OR w.shard <> s.lowest OR w.shard <> s.highest
    UNION ALL
    SELECT 'wallet on a wrong shard', w.id, NULL, NULL, NULL, 1
      FROM wallets_wallet AS w
     WHERE w.shard <> ledger_shard(w.owner_id)
    UNION ALL
    SELECT CASE WHEN t.id IS NULL THEN 'journal without its transaction'
                ELSE 'transaction without a journal' END,
           NULL, j.id, NULL, coalesce(t.id, j.transaction_id), 1
      FROM wallets_journal AS j
      FULL JOIN wallets_transaction AS t ON t.id = j.transaction_id
     WHERE t.id IS NULL OR (j.id IS NULL AND t.status IN ('COMPLETED', 'HELD', 'REVERSED'))
)
SELECT b.*, count(*) OVER () AS found
  FROM broken AS b
 ORDER BY b.source, b.wallet_id, b.journal_id, b.transaction_id
 LIMIT %(most)s::int
