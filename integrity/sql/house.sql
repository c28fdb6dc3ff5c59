-- house: wallets that the house should have in a currency and has not.
--
-- codes, onlies: the chart; a code with a currency in onlies is wanted in that currency alone.
SELECT h.code, c.code AS currency
  FROM wallets_currency AS c
 CROSS JOIN unnest(%(codes)s::text[], %(onlies)s::text[]) AS h (code, only_in)
 WHERE (h.only_in IS NULL OR h.only_in = c.code)
   AND NOT EXISTS (
       SELECT FROM wallets_wallet AS w
        WHERE w.code = h.code AND w.currency_id = c.code AND w.owner_id IS NULL AND w.shard = 0
   )
 ORDER BY c.position, c.code, h.code
