-- ledger_find_unsound_v2: say why a wallet's postings cannot be trusted; NULL when they can.
--
-- Internal: repair_wallet_v2 asks, with the wallet locked.
-- p_version: what the wallet row says its newest seq is; of a folded wallet what its first fold row
--            says. The postings that a folded wallet has without a seq are ledger_find_unsound_fold_v1's.
CREATE FUNCTION ledger_find_unsound_v2(
    p_wallet_id bigint, p_shard smallint, p_version bigint, p_is_folded boolean
) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    WITH history AS (
        SELECT p.journal_id, p.seq, p.amount, p.balance_after,
               lag(p.seq, 1, 0::bigint) OVER (ORDER BY p.seq) AS seq_before,
               lag(p.balance_after, 1, 0::numeric)
                   OVER (PARTITION BY p.balance_type ORDER BY p.seq) AS chain_before
          FROM wallets_posting AS p
         WHERE p.wallet_id = p_wallet_id AND p.shard = p_shard
           AND (p.seq IS NOT NULL OR NOT p_is_folded)
    ), told AS (
        SELECT count(*) AS postings, coalesce(max(h.seq), 0) AS newest,
               coalesce(bool_or(h.seq IS DISTINCT FROM h.seq_before + 1), false) AS has_gap,
               coalesce(bool_or(h.balance_after IS DISTINCT FROM h.chain_before + h.amount), false)
                   AS has_break
          FROM history AS h
    ), concerned AS (
        -- Also the journals of the wallet's operations: one that lost this wallet's posting is not
        -- among those of its postings.
        SELECT p.journal_id FROM wallets_posting AS p
         WHERE p.wallet_id = p_wallet_id AND p.shard = p_shard
        UNION
        SELECT j.id
          FROM wallets_transaction AS t
          JOIN wallets_journal AS j ON j.transaction_id = t.id
         WHERE t.payer_wallet_id = p_wallet_id OR t.payee_wallet_id = p_wallet_id
    ), off AS (
        SELECT p.journal_id
          FROM wallets_posting AS p
          LEFT JOIN wallets_journal AS j ON j.id = p.journal_id
          LEFT JOIN wallets_wallet AS w ON w.id = p.wallet_id AND w.shard = p.shard
         WHERE p.journal_id IN (SELECT c.journal_id FROM concerned AS c)
         GROUP BY p.journal_id, j.id, w.currency_id
        HAVING sum(p.amount) <> 0 OR j.id IS NULL OR w.currency_id IS NULL
         LIMIT 1
    )
    SELECT CASE
        WHEN t.newest < p_version
            THEN format(
                'the newest posting is seq %s, the wallet row counts %s: postings are missing',
                t.newest, p_version)
        WHEN t.newest > p_version OR t.postings > p_version
            THEN format('the wallet row counts %s postings, there are %s', p_version, t.postings)
        WHEN t.has_gap OR t.postings <> p_version THEN 'seq has a gap or a repeat'
        WHEN t.has_break THEN 'the running balances do not chain'
        WHEN EXISTS (SELECT FROM off)
            THEN format('journal %s does not sum to zero', (SELECT o.journal_id FROM off AS o))
    END
      FROM told AS t;
END;
