-- figures: the four relations of each wallet side by side, with the length of its history.
--
-- wallets:    ids to look at; NULL: all.
-- everything: false gives only wallets whose relations, version and number of postings disagree.
-- Speed:      one pass over the postings; the newest running balances come by the index of seq.
WITH posted AS MATERIALIZED (
    SELECT p.wallet_id, p.shard,
           coalesce(sum(p.amount) FILTER (WHERE p.balance_type = 'available'), 0) AS available,
           coalesce(sum(p.amount) FILTER (WHERE p.balance_type = 'held'), 0) AS held,
           coalesce(sum(p.amount) FILTER (WHERE p.balance_type = 'locked'), 0) AS locked,
           coalesce(sum(p.amount) FILTER (WHERE p.balance_type = 'invested'), 0) AS invested,
           max(p.seq) FILTER (WHERE p.balance_type = 'available') AS newest_available,
           max(p.seq) FILTER (WHERE p.balance_type = 'held') AS newest_held,
           max(p.seq) FILTER (WHERE p.balance_type = 'locked') AS newest_locked,
           max(p.seq) FILTER (WHERE p.balance_type = 'invested') AS newest_invested,
           max(p.seq) AS newest, count(*) AS postings
      FROM wallets_posting AS p
     WHERE %(wallets)s::bigint[] IS NULL OR p.wallet_id = ANY (%(wallets)s::bigint[])
     GROUP BY p.wallet_id, p.shard
), reserved AS (
    SELECT h.wallet_id, h.shard,
           coalesce(sum(h.remaining) FILTER (WHERE h.balance_type = 'held'), 0) AS held,
           coalesce(sum(h.remaining) FILTER (WHERE h.balance_type = 'locked'), 0) AS locked
      FROM wallets_hold AS h
     WHERE h.state = 'open'
       AND (%(wallets)s::bigint[] IS NULL OR h.wallet_id = ANY (%(wallets)s::bigint[]))
     GROUP BY h.wallet_id, h.shard
), four AS (
    SELECT w.id AS wallet_id, w.owner_id, w.code, w.currency_id AS currency, w.decimals, w.version,
           coalesce(p.newest, 0) AS newest, coalesce(p.postings, 0) AS postings,
           w.available, w.held, w.locked, w.invested, w.total,
           coalesce(p.available, 0) AS crypto_available, coalesce(p.held, 0) AS crypto_held,
           coalesce(p.locked, 0) AS crypto_locked, coalesce(p.invested, 0) AS crypto_invested,
           coalesce(r.held, 0) AS trader_held, coalesce(r.locked, 0) AS trader_locked,
           coalesce(
               (SELECT n.balance_after FROM wallets_posting AS n
                 WHERE n.wallet_id = w.id AND n.seq = p.newest_available AND n.shard = w.shard
                   AND n.balance_type = 'available' ORDER BY n.id DESC LIMIT 1), 0
           ) AS internal_available,
           coalesce(
               (SELECT n.balance_after FROM wallets_posting AS n
                 WHERE n.wallet_id = w.id AND n.seq = p.newest_held AND n.shard = w.shard
                   AND n.balance_type = 'held' ORDER BY n.id DESC LIMIT 1), 0
           ) AS internal_held,
           coalesce(
               (SELECT n.balance_after FROM wallets_posting AS n
                 WHERE n.wallet_id = w.id AND n.seq = p.newest_locked AND n.shard = w.shard
                   AND n.balance_type = 'locked' ORDER BY n.id DESC LIMIT 1), 0
           ) AS internal_locked,
           coalesce(
               (SELECT n.balance_after FROM wallets_posting AS n
                 WHERE n.wallet_id = w.id AND n.seq = p.newest_invested AND n.shard = w.shard
                   AND n.balance_type = 'invested' ORDER BY n.id DESC LIMIT 1), 0
           ) AS internal_invested
      FROM wallets_wallet AS w
      LEFT JOIN posted AS p ON p.wallet_id = w.id AND p.shard = w.shard
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
