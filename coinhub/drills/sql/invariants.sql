-- What must always hold, each with the number of places where it does not. One statement, so one
-- snapshot; it uses no function or view of the ledger, so that it does not believe what it judges.
-- A folded wallet stands as its row says with the postings since.
WITH stands AS (
    SELECT w.id, w.currency_id, w.floor, w.held, w.locked, w.invested,
           w.available + coalesce(u.amount, 0) AS available,
           w.version + coalesce(u.postings, 0) AS version
      FROM wallets_wallet AS w
      LEFT JOIN LATERAL (
          SELECT sum(p.amount) AS amount, count(*) AS postings
            FROM wallets_posting AS p
           WHERE w.folded_through IS NOT NULL AND p.wallet_id = w.id AND p.seq IS NULL
             AND p.xact_id >= w.folded_through
      ) AS u ON TRUE
), sums AS (
    SELECT p.wallet_id, p.balance_type, sum(p.amount) AS amount, count(*) AS postings
      FROM wallets_posting AS p
     GROUP BY p.wallet_id, p.balance_type
), posted AS (
    SELECT s.wallet_id,
           coalesce(sum(s.amount) FILTER (WHERE s.balance_type = 'available'), 0) AS available,
           coalesce(sum(s.amount) FILTER (WHERE s.balance_type = 'held'), 0) AS held,
           coalesce(sum(s.amount) FILTER (WHERE s.balance_type = 'locked'), 0) AS locked,
           coalesce(sum(s.amount) FILTER (WHERE s.balance_type = 'invested'), 0) AS invested,
           sum(s.postings) AS postings
      FROM sums AS s
     GROUP BY s.wallet_id
), chained AS (
    SELECT p.seq, p.balance_after, p.amount,
           row_number() OVER of_wallet AS expected_seq,
           sum(p.amount) OVER (PARTITION BY p.wallet_id, p.balance_type ORDER BY p.seq) AS running
      FROM wallets_posting AS p
     WHERE p.seq IS NOT NULL
    WINDOW of_wallet AS (PARTITION BY p.wallet_id ORDER BY p.seq)
), reserved AS (
    SELECT h.wallet_id,
           coalesce(sum(h.remaining) FILTER (WHERE h.balance_type = 'held'), 0) AS held,
           coalesce(sum(h.remaining) FILTER (WHERE h.balance_type = 'locked'), 0) AS locked
      FROM wallets_hold AS h
     WHERE h.state = 'open'
     GROUP BY h.wallet_id
)
SELECT 'each journal sums to zero in each currency' AS promise, count(*) AS breaks
  FROM (SELECT FROM wallets_posting AS p JOIN wallets_wallet AS w ON w.id = p.wallet_id
         GROUP BY p.journal_id, w.currency_id HAVING sum(p.amount) <> 0) AS uneven
UNION ALL
SELECT 'each currency sums to zero', count(*)
  FROM (SELECT FROM stands AS w GROUP BY w.currency_id
        HAVING sum(w.available + w.held + w.locked + w.invested) <> 0) AS uneven
UNION ALL
SELECT 'no wallet is below its floor, nothing else is below zero, nothing is NaN', count(*)
  FROM stands AS w
 WHERE w.available < w.floor OR w.held < 0 OR w.locked < 0 OR w.invested < 0
    OR 'NaN' IN (w.available, w.held, w.locked, w.invested)
UNION ALL
SELECT 'each wallet row is the sum of its postings', count(*)
  FROM stands AS w LEFT JOIN posted AS s ON s.wallet_id = w.id
 WHERE (w.available, w.held, w.locked, w.invested) IS DISTINCT FROM
       (coalesce(s.available, 0), coalesce(s.held, 0), coalesce(s.locked, 0),
        coalesce(s.invested, 0))
UNION ALL
SELECT 'open holds are what is held and locked', count(*)
  FROM wallets_wallet AS w LEFT JOIN reserved AS r ON r.wallet_id = w.id
 WHERE (w.held, w.locked) IS DISTINCT FROM (coalesce(r.held, 0), coalesce(r.locked, 0))
UNION ALL
SELECT 'each wallet''s version counts its postings', count(*)
  FROM stands AS w LEFT JOIN posted AS s ON s.wallet_id = w.id
 WHERE w.version <> coalesce(s.postings, 0)
UNION ALL
SELECT 'each wallet''s seq has no gap', count(*) FROM chained AS c WHERE c.seq <> c.expected_seq
UNION ALL
SELECT 'running balances chain', count(*) FROM chained AS c
 WHERE c.balance_after IS DISTINCT FROM c.running
UNION ALL
SELECT 'each posting has its journal, its wallet and their shards', count(*)
  FROM wallets_posting AS p
  LEFT JOIN wallets_journal AS j ON j.id = p.journal_id
  LEFT JOIN wallets_wallet AS w ON w.id = p.wallet_id
 WHERE j.id IS NULL OR w.id IS NULL OR w.shard <> p.shard
UNION ALL
SELECT 'each journal has postings', count(*)
  FROM wallets_journal AS j
 WHERE NOT EXISTS (SELECT FROM wallets_posting AS p WHERE p.journal_id = j.id)
