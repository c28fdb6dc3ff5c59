-- From here on A.SET and R.* are folded; what was booked before stays numbered.
--
-- The first fold row of each takes over what its row says: it stands for the numbered postings, and
-- its horizon 0 for "before any folded one". R.* get a floor of zero where they keep it.
UPDATE wallets_wallet AS w
   SET folded_through = '0'::xid8,
       floor = CASE WHEN starts_with(w.code, 'R.') AND w.available >= 0 THEN 0 END
 WHERE w.shard = 0 AND w.owner_id IS NULL AND (w.code = 'A.SET' OR starts_with(w.code, 'R.'));

INSERT INTO wallets_fold (shard, wallet_id, horizon, version, postings, balance_after, amount)
SELECT w.shard, w.id, '0'::xid8 AS horizon, w.version, w.version AS postings,
       w.available AS balance_after, w.available AS amount
  FROM wallets_wallet AS w
 WHERE w.folded_through IS NOT NULL AND w.version > 0;
