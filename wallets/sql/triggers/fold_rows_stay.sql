-- Fold rows are append-only like the postings they sum.
CREATE TRIGGER fold_rows_stay BEFORE UPDATE OR DELETE ON wallets_fold
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER fold_table_stays BEFORE TRUNCATE ON wallets_fold
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE wallets_fold ENABLE ALWAYS TRIGGER fold_rows_stay;
ALTER TABLE wallets_fold ENABLE ALWAYS TRIGGER fold_table_stays;
