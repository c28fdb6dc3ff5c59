-- ledger_book_v1: the name under which older functions of the door reach ledger_book_v2.
--
-- Internal. Replaces the body of functions/ledger_book_v1.sql, which would number the postings of
-- folded wallets and queue at their rows.
CREATE OR REPLACE FUNCTION ledger_book_v1(
    p_shard smallint, p_transaction_id bigint, p_kind text, p_transition_key text,
    p_wallet_ids bigint[], p_wallet_shards smallint[], p_balance_types text[], p_amounts numeric[],
    p_value_date date, p_metadata jsonb,
    OUT journal_id bigint, OUT booked_at timestamptz
)
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    SELECT b.journal_id, b.booked_at INTO journal_id, booked_at
      FROM ledger_book_v2(
          p_shard, p_transaction_id, p_kind, p_transition_key, p_wallet_ids, p_wallet_shards,
          p_balance_types, p_amounts, p_value_date, p_metadata) AS b;
END;
$$;
