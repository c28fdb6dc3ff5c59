-- unkept: keys whose caller was told of success, and whose operation or journal is not there.
SELECT k.id AS key_id, k.transaction_id, count(*) OVER () AS found
  FROM wallets_idempotencykey AS k
 WHERE k.response_status BETWEEN 200 AND 299
   AND NOT EXISTS (SELECT FROM wallets_journal AS j WHERE j.transaction_id = k.transaction_id)
 ORDER BY k.id
 LIMIT %(most)s::int
