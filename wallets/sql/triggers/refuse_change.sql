-- ledger_refuse_change: nobody changes or deletes a row of an append-only table, or empties it.
--
-- Errors: LG011 always
CREATE FUNCTION ledger_refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'LG011';
END;
$$;

CREATE TRIGGER journal_rows_stay BEFORE UPDATE OR DELETE ON wallets_journal
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER journal_table_stays BEFORE TRUNCATE ON wallets_journal
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER posting_rows_stay BEFORE UPDATE OR DELETE ON wallets_posting
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER posting_table_stays BEFORE TRUNCATE ON wallets_posting
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER audit_rows_stay BEFORE UPDATE OR DELETE ON events_auditevent
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER audit_table_stays BEFORE TRUNCATE ON events_auditevent
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER wallet_rows_stay BEFORE DELETE ON wallets_wallet
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER wallet_table_stays BEFORE TRUNCATE ON wallets_wallet
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER hold_rows_stay BEFORE DELETE ON wallets_hold
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER hold_table_stays BEFORE TRUNCATE ON wallets_hold
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER transaction_rows_stay BEFORE DELETE ON wallets_transaction
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER transaction_table_stays BEFORE TRUNCATE ON wallets_transaction
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER idempotency_rows_stay BEFORE DELETE ON wallets_idempotencykey
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER idempotency_table_stays BEFORE TRUNCATE ON wallets_idempotencykey
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

ALTER TABLE wallets_journal ENABLE ALWAYS TRIGGER journal_rows_stay;
ALTER TABLE wallets_journal ENABLE ALWAYS TRIGGER journal_table_stays;
ALTER TABLE wallets_posting ENABLE ALWAYS TRIGGER posting_rows_stay;
ALTER TABLE wallets_posting ENABLE ALWAYS TRIGGER posting_table_stays;
ALTER TABLE events_auditevent ENABLE ALWAYS TRIGGER audit_rows_stay;
ALTER TABLE events_auditevent ENABLE ALWAYS TRIGGER audit_table_stays;
ALTER TABLE wallets_wallet ENABLE ALWAYS TRIGGER wallet_rows_stay;
ALTER TABLE wallets_wallet ENABLE ALWAYS TRIGGER wallet_table_stays;
ALTER TABLE wallets_hold ENABLE ALWAYS TRIGGER hold_rows_stay;
ALTER TABLE wallets_hold ENABLE ALWAYS TRIGGER hold_table_stays;
ALTER TABLE wallets_transaction ENABLE ALWAYS TRIGGER transaction_rows_stay;
ALTER TABLE wallets_transaction ENABLE ALWAYS TRIGGER transaction_table_stays;
ALTER TABLE wallets_idempotencykey ENABLE ALWAYS TRIGGER idempotency_rows_stay;
ALTER TABLE wallets_idempotencykey ENABLE ALWAYS TRIGGER idempotency_table_stays;
