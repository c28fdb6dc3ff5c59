-- wallets_of: the wallets of one customer; currency: only that one, NULL: all.
SELECT w.id AS wallet_id
  FROM wallets_wallet AS w
 WHERE w.owner_id = %(owner_id)s::uuid AND w.shard = ledger_shard(%(owner_id)s::uuid)
   AND (%(currency)s::text IS NULL OR w.currency_id = %(currency)s::text)
 ORDER BY w.id
