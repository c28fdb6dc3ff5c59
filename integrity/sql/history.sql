-- history: postings that do not follow from the one before: in the wallet's seq, or in the running
-- balance of their balance type.
--
-- wallets: ids to look at. Postings that a folded wallet has without a seq are looked at by folds.
SELECT f.*, count(*) OVER () AS found
  FROM (
      SELECT p.id AS posting_id, p.journal_id, p.wallet_id, p.shard, p.balance_type, p.amount,
             p.balance_after, p.seq,
             lag(p.seq, 1, 0::bigint) OVER history AS seq_before,
             lag(p.balance_after, 1, 0::numeric) OVER chain AS chain_before,
             lag(p.seq, 1, 0::bigint) OVER chain AS chain_seq_before,
             lead(p.seq) OVER chain AS chain_seq_after
        FROM wallets_posting AS p
        LEFT JOIN wallets_wallet AS w ON w.id = p.wallet_id
       WHERE p.wallet_id = ANY (%(wallets)s::bigint[])
         AND (p.seq IS NOT NULL OR w.folded_through IS NULL)
      WINDOW history AS (PARTITION BY p.wallet_id ORDER BY p.seq, p.id),
             chain AS (PARTITION BY p.wallet_id, p.balance_type ORDER BY p.seq, p.id)
  ) AS f
 WHERE f.seq IS DISTINCT FROM f.seq_before + 1
    OR f.balance_after IS DISTINCT FROM f.chain_before + f.amount
 ORDER BY f.wallet_id, f.seq, f.posting_id
 LIMIT %(most)s::int
