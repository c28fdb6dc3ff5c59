-- references: what names a row that is not there, or lies on another shard than what it names.
--
-- wallets: look only at what belongs to these wallets; NULL: all.
-- Postings of a wallet that is not there are given as one row a wallet.
WITH journal AS (
    SELECT j.id, j.transaction_id, j.shard FROM wallets_journal AS j
     WHERE %(wallets)s::bigint[] IS NULL
        OR j.id IN (
            SELECT m.journal_id FROM wallets_posting AS m
             WHERE m.wallet_id = ANY (%(wallets)s::bigint[])
        )
), txn AS (
    SELECT t.id, t.status FROM wallets_transaction AS t
     WHERE %(wallets)s::bigint[] IS NULL
        OR t.payer_wallet_id = ANY (%(wallets)s::bigint[])
        OR t.payee_wallet_id = ANY (%(wallets)s::bigint[])
), broken AS (
    SELECT 'posting without its wallet' AS source, p.wallet_id, NULL::bigint AS journal_id,
           min(p.id) AS posting_id, NULL::bigint AS transaction_id, count(*) AS times
      FROM wallets_posting AS p
     WHERE %(wallets)s::bigint[] IS NULL
       AND NOT EXISTS (SELECT FROM wallets_wallet AS w WHERE w.id = p.wallet_id)
     GROUP BY p.wallet_id
    UNION ALL
    SELECT 'posting on a wrong shard', p.wallet_id, NULL, min(p.id), NULL, count(*)
      FROM wallets_posting AS p
      JOIN wallets_wallet AS w ON w.id = p.wallet_id AND w.shard <> p.shard
     WHERE %(wallets)s::bigint[] IS NULL OR p.wallet_id = ANY (%(wallets)s::bigint[])
     GROUP BY p.wallet_id
    UNION ALL
    SELECT 'wallet on a wrong shard', w.id, NULL, NULL, NULL, 1
      FROM wallets_wallet AS w
     WHERE w.shard <> ledger_shard(w.owner_id)
       AND (%(wallets)s::bigint[] IS NULL OR w.id = ANY (%(wallets)s::bigint[]))
    UNION ALL
    SELECT 'journal without postings', NULL, j.id, NULL, j.transaction_id, 1
      FROM journal AS j
     WHERE NOT EXISTS (SELECT FROM wallets_posting AS p WHERE p.journal_id = j.id)
    UNION ALL
    SELECT 'journal without its transaction', NULL, j.id, NULL, j.transaction_id, 1
      FROM journal AS j
     WHERE NOT EXISTS (SELECT FROM wallets_transaction AS t WHERE t.id = j.transaction_id)
    UNION ALL
    SELECT 'transaction without a journal', NULL, NULL, NULL, t.id, 1
      FROM txn AS t
     WHERE t.status IN ('COMPLETED', 'HELD', 'REVERSED')
       AND NOT EXISTS (SELECT FROM wallets_journal AS j WHERE j.transaction_id = t.id)
)
SELECT b.*, count(*) OVER () AS found
  FROM broken AS b
 ORDER BY b.source, b.wallet_id, b.journal_id, b.transaction_id
 LIMIT %(most)s::int
