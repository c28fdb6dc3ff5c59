-- ledger_require_zero_sum: the postings of a journal sum to zero in every currency.
--
-- Checked once for each INSERT statement, over the rows it adds, so all postings of a journal are
-- inserted together.
-- Errors: LG001
CREATE FUNCTION ledger_require_zero_sum() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added AS p
          LEFT JOIN wallets_wallet AS w ON w.id = p.wallet_id AND w.shard = p.shard
         GROUP BY p.journal_id, w.currency_id
        HAVING sum(p.amount) <> 0
    ) THEN
        RAISE EXCEPTION 'the postings of a journal do not sum to zero' USING ERRCODE = 'LG001';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER posting_sums_to_zero AFTER INSERT ON wallets_posting
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION ledger_require_zero_sum();
ALTER TABLE wallets_posting ENABLE ALWAYS TRIGGER posting_sums_to_zero;
