-- The balances of a wallet right after its posting number seq; zeros before the first.
--
-- The newest posting of each balance type carries the running balance. The type is written out in
-- each look-up so that the partial index on held, locked and invested postings serves it.
SELECT coalesce((SELECT p.balance_after FROM wallets_posting AS p
                  WHERE p.wallet_id = %(wallet)s AND p.shard = %(shard)s AND p.seq <= %(seq)s
                    AND p.balance_type = 'available'
                  ORDER BY p.seq DESC LIMIT 1), 0) AS available,
       coalesce((SELECT p.balance_after FROM wallets_posting AS p
                  WHERE p.wallet_id = %(wallet)s AND p.shard = %(shard)s AND p.seq <= %(seq)s
                    AND p.balance_type = 'held'
                  ORDER BY p.seq DESC LIMIT 1), 0) AS held,
       coalesce((SELECT p.balance_after FROM wallets_posting AS p
                  WHERE p.wallet_id = %(wallet)s AND p.shard = %(shard)s AND p.seq <= %(seq)s
                    AND p.balance_type = 'locked'
                  ORDER BY p.seq DESC LIMIT 1), 0) AS locked,
       coalesce((SELECT p.balance_after FROM wallets_posting AS p
                  WHERE p.wallet_id = %(wallet)s AND p.shard = %(shard)s AND p.seq <= %(seq)s
                    AND p.balance_type = 'invested'
                  ORDER BY p.seq DESC LIMIT 1), 0) AS invested
