-- figures: the four relations of each wallet side by side, with the length of its history.
--
-- wallets:    ids to look at; NULL: all.
-- everything: false gives only wallets whose relations, version and number of postings disagree.
-- Of a folded wallet the row and the newest fold row are taken with what came after each; version and
-- newest count along.
-- Speed:      one pass over the postings, grouped by one number for wallet and balance type (0 to 3:
--             available, held, locked, invested): with several columns the planner expects many
--             more groups and gives up working in parallel. The newest running balances come by the
--             index of seq.
WITH chain AS MATERIALIZED (
    SELECT p.wallet_id * 4 + CASE p.balance_type
               WHEN 'available' THEN 0 WHEN 'held' THEN 1 WHEN 'locked' THEN 2 ELSE 3 END AS number,
           sum(p.amount) AS amount, count(*) AS postings, max(p.seq) AS newest
      FROM wallets_posting AS p
     WHERE %(wallets)s::bigint[] IS NULL OR p.wallet_id = ANY (%(wallets)s::bigint[])
     GROUP BY 1
), stamped AS (
    SELECT c.number / 4 AS wallet_id, mod(c.number, 4) AS kind, c.amount, c.postings, c.newest,
           (SELECT n.balance_after FROM wallets_posting AS n
             WHERE n.wallet_id = c.number / 4 AND n.seq = c.newest
             ORDER BY n.id DESC LIMIT 1) AS balance_after
      FROM chain AS c
), posted AS (
    SELECT s.wallet_id, max(s.newest) AS newest, sum(s.postings)::bigint AS postings,
           coalesce(max(s.amount) FILTER (WHERE s.kind = 0), 0) AS available,
           coalesce(max(s.amount) FILTER (WHERE s.kind = 1), 0) AS held,
           coalesce(max(s.amount) FILTER (WHERE s.kind = 2), 0) AS locked,
           coalesce(max(s.amount) FILTER (WHERE s.kind = 3), 0) AS invested,
           coalesce(max(s.balance_after) FILTER (WHERE s.kind = 0), 0) AS after_available,
           coalesce(max(s.balance_after) FILTER (WHERE s.kind = 1), 0) AS after_held,
           coalesce(max(s.balance_after) FILTER (WHERE s.kind = 2), 0) AS after_locked,
           coalesce(max(s.balance_after) FILTER (WHERE s.kind = 3), 0) AS after_invested
      FROM stamped AS s
     GROUP BY s.wallet_id
), reserved AS (
    SELECT h.wallet_id, h.shard,
           coalesce(sum(h.remaining) FILTER (WHERE h.balance_type = 'held'), 0) AS held,
           coalesce(sum(h.remaining) FILTER (WHERE h.balance_type = 'locked'), 0) AS locked
      FROM wallets_hold AS h
     WHERE h.state = 'open'
       AND (%(wallets)s::bigint[] IS NULL OR h.wallet_id = ANY (%(wallets)s::bigint[]))
     GROUP BY h.wallet_id, h.shard
), folded AS (
    SELECT w.id AS wallet_id, r.amount, r.postings,
           coalesce(t.balance_after, 0) + f.amount AS balance_after,
           coalesce(t.version, 0) + f.postings AS newest
      FROM wallets_wallet AS w
      LEFT JOIN LATERAL (
          SELECT n.version, n.horizon, n.balance_after FROM wallets_fold AS n
           WHERE n.wallet_id = w.id
           ORDER BY n.version DESC, n.id DESC LIMIT 1
      ) AS t ON TRUE
     CROSS JOIN LATERAL (
         SELECT coalesce(sum(p.amount), 0) AS amount, count(*) AS postings
           FROM wallets_posting AS p
          WHERE p.wallet_id = w.id AND p.seq IS NULL AND p.xact_id >= w.folded_through
     ) AS r
     CROSS JOIN LATERAL (
         SELECT coalesce(sum(p.amount), 0) AS amount, count(*) AS postings
           FROM wallets_posting AS p
          WHERE p.wallet_id = w.id AND p.seq IS NULL
            AND p.xact_id >= coalesce(t.horizon, '0'::xid8)
     ) AS f
     WHERE w.folded_through IS NOT NULL
       AND (%(wallets)s::bigint[] IS NULL OR w.id = ANY (%(wallets)s::bigint[]))
), four AS (
    SELECT w.id AS wallet_id, w.owner_id, w.code, w.currency_id AS currency, w.decimals,
           w.folded_through IS NOT NULL AS is_folded,
           w.version + coalesce(f.postings, 0) AS version,
           coalesce(f.newest, p.newest, 0) AS newest, coalesce(p.postings, 0) AS postings,
           w.available + coalesce(f.amount, 0) AS available, w.held, w.locked, w.invested,
           w.total + coalesce(f.amount, 0) AS total,
           coalesce(p.available, 0) AS crypto_available, coalesce(p.held, 0) AS crypto_held,
           coalesce(p.locked, 0) AS crypto_locked, coalesce(p.invested, 0) AS crypto_invested,
           coalesce(r.held, 0) AS trader_held, coalesce(r.locked, 0) AS trader_locked,
           coalesce(f.balance_after, p.after_available, 0) AS internal_available,
           coalesce(p.after_held, 0) AS internal_held,
           coalesce(p.after_locked, 0) AS internal_locked,
           coalesce(p.after_invested, 0) AS internal_invested
      FROM wallets_wallet AS w
      LEFT JOIN posted AS p ON p.wallet_id = w.id
      LEFT JOIN folded AS f ON f.wallet_id = w.id
      LEFT JOIN reserved AS r ON r.wallet_id = w.id AND r.shard = w.shard
     WHERE %(wallets)s::bigint[] IS NULL OR w.id = ANY (%(wallets)s::bigint[])
), judged AS (
    SELECT f.*,
           (f.available, f.held, f.locked, f.invested)
           = (f.crypto_available, f.crypto_held, f.crypto_locked, f.crypto_invested)
           AND (f.held, f.locked) = (f.trader_held, f.trader_locked)
           AND (f.available, f.held, f.locked, f.invested)
           = (f.internal_available, f.internal_held, f.internal_locked, f.internal_invested)
           AND f.total = f.available + f.held + f.locked AS in_sync
      FROM four AS f
)
SELECT j.*, count(*) OVER () AS found
  FROM judged AS j
 WHERE %(everything)s::boolean OR NOT j.in_sync OR j.version <> j.newest OR j.version <> j.postings
 ORDER BY j.wallet_id
 LIMIT %(most)s::int
