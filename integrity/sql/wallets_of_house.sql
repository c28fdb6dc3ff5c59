-- wallets_of_house: the wallets of the house.
SELECT w.id AS wallet_id
  FROM wallets_wallet AS w
 WHERE w.code IS NOT NULL AND w.shard = 0
 ORDER BY w.id
