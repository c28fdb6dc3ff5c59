-- Allowances, stops and freezes stay: a stop is lifted, never deleted.
CREATE TRIGGER allowance_rows_stay BEFORE DELETE ON wallets_allowance
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER allowance_table_stays BEFORE TRUNCATE ON wallets_allowance
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER stop_rows_stay BEFORE DELETE ON wallets_stop
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER stop_table_stays BEFORE TRUNCATE ON wallets_stop
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER freeze_rows_stay BEFORE DELETE ON wallets_freeze
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER freeze_table_stays BEFORE TRUNCATE ON wallets_freeze
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE wallets_allowance ENABLE ALWAYS TRIGGER allowance_rows_stay;
ALTER TABLE wallets_allowance ENABLE ALWAYS TRIGGER allowance_table_stays;
ALTER TABLE wallets_stop ENABLE ALWAYS TRIGGER stop_rows_stay;
ALTER TABLE wallets_stop ENABLE ALWAYS TRIGGER stop_table_stays;
ALTER TABLE wallets_freeze ENABLE ALWAYS TRIGGER freeze_rows_stay;
ALTER TABLE wallets_freeze ENABLE ALWAYS TRIGGER freeze_table_stays;
