-- references_of: as references, for what belongs to some wallets.
--
-- wallets: look only at these wallets, their journals and operations.
WITH journal AS (
    SELECT j.id, j.transaction_id FROM wallets_journal AS j
     WHERE j.id IN (
         SELECT m.journal_id FROM wallets_posting AS m
          WHERE m.wallet_id = ANY (%(wallets)s::bigint[])
     )
), broken AS (
    SELECT 'posting on a wrong shard' AS source, p.wallet_id, NULL::bigint AS journal_id,
           min(p.id) AS posting_id, NULL::bigint AS transaction_id, count(*) AS times
      FROM wallets_posting AS p
      JOIN wallets_wallet AS w ON w.id = p.wallet_id AND w.shard <> p.shard
     WHERE p.wallet_id = ANY (%(wallets)s::bigint[])
     GROUP BY p.wallet_id
    UNION ALL
    SELECT 'wallet on a wrong shard', w.id, NULL, NULL, NULL, 1
      FROM wallets_wallet AS w
     WHERE w.id = ANY (%(wallets)s::bigint[]) AND w.shard <> ledger_shard(w.owner_id)
    UNION ALL
    SELECT 'journal without its transaction', NULL, j.id, NULL, j.transaction_id, 1
      FROM journal AS j
     WHERE NOT EXISTS (SELECT FROM wallets_transaction AS t WHERE t.id = j.transaction_id)
    UNION ALL
    SELECT 'transaction without a journal', NULL, NULL, NULL, t.id, 1
      FROM wallets_transaction AS t
     WHERE (t.payer_wallet_id = ANY (%(wallets)s::bigint[])
            OR t.payee_wallet_id = ANY (%(wallets)s::bigint[]))
       AND t.status IN ('COMPLETED', 'HELD', 'REVERSED')
       AND NOT EXISTS (SELECT FROM wallets_journal AS j WHERE j.transaction_id = t.id)
)
SELECT b.*, count(*) OVER () AS found
  FROM broken AS b
 ORDER BY b.source, b.wallet_id, b.journal_id, b.transaction_id
 LIMIT %(most)s::int
