-- unkept: keys whose caller was told of success, and whose operation or journal is not there.
--
-- An answer may be kept for what books nothing by itself: a proposal that waits for a second person,
-- a deposit told of again under another key. Such a key names no operation; then the answer itself,
-- until it is emptied, names a proposal that is there or an operation that is booked.
SELECT k.id AS key_id, k.transaction_id, count(*) OVER () AS found
  FROM wallets_idempotencykey AS k
 CROSS JOIN LATERAL (
      SELECT CASE WHEN k.transaction_id IS NULL AND pg_input_is_valid(k.response_body, 'jsonb')
             THEN k.response_body::jsonb END AS told
 ) AS a
 CROSS JOIN LATERAL (
      SELECT CASE WHEN pg_input_is_valid(a.told ->> 'approval', 'uuid')
             THEN (a.told ->> 'approval')::uuid END AS approval,
             CASE WHEN pg_input_is_valid(a.told ->> 'id', 'uuid')
             THEN (a.told ->> 'id')::uuid END AS operation
 ) AS n
 WHERE k.response_status BETWEEN 200 AND 299
   AND (k.transaction_id IS NOT NULL OR k.response_body IS NOT NULL)
   AND NOT EXISTS (SELECT FROM wallets_journal AS j WHERE j.transaction_id = k.transaction_id)
   AND NOT EXISTS (SELECT FROM approvals_approval AS p WHERE p.public_id = n.approval)
   AND NOT EXISTS (
      SELECT FROM wallets_transaction AS t
        JOIN wallets_journal AS j ON j.transaction_id = t.id
       WHERE t.public_id = n.operation
   )
 ORDER BY k.id
 LIMIT %(most)s::int
