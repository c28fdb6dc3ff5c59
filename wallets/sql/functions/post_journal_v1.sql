-- post_journal_v1: book one balanced journal on available and invested balances.
--
-- Money goes in and out of held and locked only together with its hold: hold_place_v1 and the others.
-- Units, locks, writes: as ledger_book_v1.
-- Errors: LG010 a posting on held or locked, and those of ledger_book_v1
CREATE FUNCTION post_journal_v1(
    p_shard smallint, p_transaction_id bigint, p_kind text, p_transition_key text,
    p_wallet_ids bigint[], p_wallet_shards smallint[], p_balance_types text[], p_amounts numeric[],
    p_value_date date DEFAULT NULL, p_metadata jsonb DEFAULT '{}',
    OUT journal_id bigint, OUT booked_at timestamptz
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF 'held' = ANY (p_balance_types) OR 'locked' = ANY (p_balance_types) THEN
        RAISE EXCEPTION 'held and locked money moves with its hold' USING ERRCODE = 'LG010';
    END IF;
    SELECT b.journal_id, b.booked_at INTO journal_id, booked_at
      FROM ledger_book_v1(
          p_shard, p_transaction_id, p_kind, p_transition_key, p_wallet_ids, p_wallet_shards,
          p_balance_types, p_amounts, p_value_date, p_metadata) AS b;
END;
$$;
