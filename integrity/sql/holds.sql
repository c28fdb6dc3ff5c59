-- holds: where the holds of an operation differ from its postings on held and locked.
--
-- For each operation, wallet and balance type: what was put there is what the holds are for, what is
-- left there is what remains on them. Holds of a wallet or transaction that is not there show too.
-- A reversal takes what its original still has in held: that counts to the original.
-- wallets: look only at these wallets; NULL: all.
WITH moved AS (
    SELECT CASE WHEN t.type = 'reversal' AND p.balance_type = 'held'
                     AND p.wallet_id = t.payer_wallet_id
                THEN t.original_id ELSE j.transaction_id END AS transaction_id,
           p.wallet_id, p.shard, p.balance_type,
           coalesce(sum(p.amount) FILTER (WHERE p.amount > 0), 0) AS placed,
           sum(p.amount) AS remaining, max(p.journal_id) AS journal_id
      FROM wallets_posting AS p
      JOIN wallets_journal AS j ON j.id = p.journal_id
      LEFT JOIN wallets_transaction AS t ON t.id = j.transaction_id
     WHERE p.balance_type IN ('held', 'locked')
       AND (%(wallets)s::bigint[] IS NULL OR p.wallet_id = ANY (%(wallets)s::bigint[]))
     GROUP BY 1, p.wallet_id, p.shard, p.balance_type
), named AS (
    SELECT h.transaction_id, h.wallet_id, h.shard, h.balance_type,
           sum(h.amount) AS placed, sum(h.remaining) AS remaining,
           array_agg(h.id ORDER BY h.id) AS hold_ids,
           array_agg(h.amount ORDER BY h.id) AS amounts,
           array_agg(h.remaining ORDER BY h.id) AS remainders
      FROM wallets_hold AS h
     WHERE %(wallets)s::bigint[] IS NULL OR h.wallet_id = ANY (%(wallets)s::bigint[])
     GROUP BY h.transaction_id, h.wallet_id, h.shard, h.balance_type
)
SELECT coalesce(n.transaction_id, m.transaction_id) AS transaction_id,
       coalesce(n.wallet_id, m.wallet_id) AS wallet_id,
       coalesce(n.balance_type, m.balance_type) AS balance_type,
       m.journal_id, m.placed AS posted_placed, m.remaining AS posted_remaining,
       n.placed AS hold_placed, n.remaining AS hold_remaining,
       n.hold_ids, n.amounts, n.remainders,
       w.id IS NOT NULL AS wallet_is_there, t.id IS NOT NULL AS transaction_is_there,
       count(*) OVER () AS found
  FROM moved AS m
  FULL JOIN named AS n
    ON n.transaction_id = m.transaction_id AND n.wallet_id = m.wallet_id AND n.shard = m.shard
   AND n.balance_type = m.balance_type
  LEFT JOIN wallets_wallet AS w
    ON w.id = coalesce(n.wallet_id, m.wallet_id) AND w.shard = coalesce(n.shard, m.shard)
  LEFT JOIN wallets_transaction AS t ON t.id = coalesce(n.transaction_id, m.transaction_id)
 WHERE m.placed IS DISTINCT FROM n.placed OR m.remaining IS DISTINCT FROM n.remaining
    OR w.id IS NULL OR t.id IS NULL
 ORDER BY 1, 2, 3
 LIMIT %(most)s::int
