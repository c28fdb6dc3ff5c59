-- Prices, fees and limits are append-only: an operation names the one it was made under.
--
-- Errors: LG011, from ledger_refuse_change
CREATE TRIGGER price_rows_stay BEFORE UPDATE OR DELETE ON wallets_price
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER price_table_stays BEFORE TRUNCATE ON wallets_price
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER fee_rows_stay BEFORE UPDATE OR DELETE ON wallets_fee
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER fee_table_stays BEFORE TRUNCATE ON wallets_fee
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER limit_rows_stay BEFORE UPDATE OR DELETE ON wallets_limit
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER limit_table_stays BEFORE TRUNCATE ON wallets_limit
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

ALTER TABLE wallets_price ENABLE ALWAYS TRIGGER price_rows_stay;
ALTER TABLE wallets_price ENABLE ALWAYS TRIGGER price_table_stays;
ALTER TABLE wallets_fee ENABLE ALWAYS TRIGGER fee_rows_stay;
ALTER TABLE wallets_fee ENABLE ALWAYS TRIGGER fee_table_stays;
ALTER TABLE wallets_limit ENABLE ALWAYS TRIGGER limit_rows_stay;
ALTER TABLE wallets_limit ENABLE ALWAYS TRIGGER limit_table_stays;
