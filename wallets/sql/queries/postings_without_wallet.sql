-- The number of postings whose wallet row is not there. Only the house is asked for (shard 0).
SELECT count(*)
  FROM wallets_posting AS p
 WHERE p.shard = 0
   AND NOT EXISTS (
       SELECT FROM wallets_wallet AS w WHERE w.id = p.wallet_id AND w.shard = p.shard
   )
