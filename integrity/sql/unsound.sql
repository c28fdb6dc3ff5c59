-- unsound: wallets in which a posting does not follow from the one before it; all wallets at once.
--
-- A posting's place in its wallet is its seq, so a number left out or repeated shows. One without a
-- number is either a folded wallet's or more than its wallet's version counts. Where the posting before is on the same balance type its running balance is at hand; where it is not, the
-- last one of the own type is looked up.
-- Speed: one sort. "+ 0" keeps the planner from reading every posting through the index of seq,
--        whose order is not the order of the rows on disk.
SELECT DISTINCT p.wallet_id
  FROM (
      SELECT f.wallet_id, f.balance_type, f.amount, f.balance_after, f.seq,
             row_number() OVER history AS place,
             lag(f.balance_type) OVER history AS type_before,
             lag(f.balance_after) OVER history AS balance_before
        FROM wallets_posting AS f
       WHERE f.seq IS NOT NULL
      WINDOW history AS (PARTITION BY f.wallet_id + 0 ORDER BY f.seq)
  ) AS p
 WHERE p.seq IS DISTINCT FROM p.place
    OR p.balance_after IS DISTINCT FROM p.amount + CASE
           WHEN p.place = 1 THEN 0
           WHEN p.type_before = p.balance_type THEN p.balance_before
           ELSE coalesce(
               (SELECT e.balance_after FROM wallets_posting AS e
                 WHERE e.wallet_id = p.wallet_id AND e.seq < p.seq
                   AND e.balance_type = p.balance_type
                 ORDER BY e.seq DESC LIMIT 1), 0)
       END
 LIMIT %(most)s::int
