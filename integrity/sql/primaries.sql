-- primaries: customers with wallets of which not exactly one is the primary one.
--
-- wallets: look only at the owners of these wallets; NULL: all.
SELECT w.owner_id, count(*) FILTER (WHERE w.is_primary) AS primaries, min(w.id) AS wallet_id,
       count(*) OVER () AS found
  FROM wallets_wallet AS w
 WHERE w.owner_id IS NOT NULL
   AND (%(wallets)s::bigint[] IS NULL
        OR w.owner_id IN (
            SELECT o.owner_id FROM wallets_wallet AS o WHERE o.id = ANY (%(wallets)s::bigint[])
        ))
 GROUP BY w.owner_id
HAVING count(*) FILTER (WHERE w.is_primary) <> 1
 ORDER BY w.owner_id
 LIMIT %(most)s::int
