-- unkept: keys whose caller was told of success, and whose operation or journal is not there.
--
-- An answer may be kept for what books nothing by itself: a proposal that waits for a second person,
-- a deposit told of again under another key. Such a key names no operation.
SELECT k.id AS key_id, k.transaction_id, count(*) OVER () AS found
  FROM wallets_idempotencykey AS k
 WHERE k.response_status BETWEEN 200 AND 299
   AND k.transaction_id IS NOT NULL
   AND NOT EXISTS (SELECT FROM wallets_journal AS j WHERE j.transaction_id = k.transaction_id)
 ORDER BY k.id
 LIMIT %(most)s::int
