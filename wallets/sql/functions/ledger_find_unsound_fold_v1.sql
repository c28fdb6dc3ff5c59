-- ledger_find_unsound_fold_v1: say why the fold rows of a folded wallet cannot be trusted; NULL when
-- they can.
--
-- Internal: repair_wallet_v2 asks, with the wallet locked.
-- p_version, p_folded_through: what the wallet row says.
CREATE FUNCTION ledger_find_unsound_fold_v1(
    p_wallet_id bigint, p_shard smallint, p_version bigint, p_folded_through xid8
) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    WITH history AS (
        SELECT f.version, f.horizon, f.postings, f.amount, f.balance_after,
               lag(f.version, 1, 0::bigint) OVER chain AS version_before,
               lag(f.balance_after, 1, 0::numeric) OVER chain AS balance_before,
               lag(f.horizon, 1, '0'::xid8) OVER chain AS horizon_before,
               lag(f.horizon) OVER chain IS NULL AS is_first
          FROM wallets_fold AS f
         WHERE f.wallet_id = p_wallet_id AND f.shard = p_shard
        WINDOW chain AS (ORDER BY f.id)
    ), told AS (
        SELECT h.version, h.horizon,
               h.version <> h.version_before + h.postings
               OR h.balance_after <> h.balance_before + h.amount
               OR (NOT h.is_first AND h.horizon <= h.horizon_before) AS is_broken,
               h.postings <> s.postings OR h.amount <> s.amount AS is_off
          FROM history AS h
         CROSS JOIN LATERAL (
             SELECT count(*) AS postings, coalesce(sum(p.amount), 0) AS amount
               FROM wallets_posting AS p
              WHERE p.wallet_id = p_wallet_id AND p.shard = p_shard
                AND CASE WHEN h.is_first AND h.horizon = '0'::xid8 THEN p.seq IS NOT NULL
                         ELSE p.seq IS NULL AND p.xact_id >= h.horizon_before
                              AND p.xact_id < h.horizon END
         ) AS s
    )
    SELECT CASE
        WHEN coalesce(bool_or(t.is_broken), false) THEN 'the fold rows do not chain'
        WHEN coalesce(bool_or(t.is_off), false)
            THEN 'a fold row does not say what its postings sum to'
        WHEN coalesce(max(t.version), 0) <> p_version
             OR coalesce(max(t.horizon), '0'::xid8) <> p_folded_through
            THEN 'the wallet row and its newest fold row end at different postings'
    END
      FROM told AS t;
END;
