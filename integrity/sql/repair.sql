-- repair: one wallet by its id, whatever its shard.
SELECT r.changed, r.before, r.after
  FROM wallets_wallet AS w
 CROSS JOIN LATERAL repair_wallet_v2(
     w.id, w.shard, %(actor)s::jsonb, %(apply)s::boolean
 ) AS r
 WHERE w.id = %(wallet_id)s::bigint
