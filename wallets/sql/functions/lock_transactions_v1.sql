-- lock_transactions_v1: lock operations until commit, before any wallet, as every step does.
--
-- The application has no right to change an operation's row, and without one it cannot lock it.
-- Locks:  the operations, lowest id first; one that is not there is passed over.
-- Writes: nothing.
CREATE FUNCTION lock_transactions_v1(p_ids bigint[], p_shards smallint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    PERFORM 1 FROM wallets_transaction AS t
      JOIN unnest(p_ids, p_shards) AS k (id, shard) ON t.id = k.id AND t.shard = k.shard
     ORDER BY t.id
       FOR NO KEY UPDATE OF t;
END;
$$;
