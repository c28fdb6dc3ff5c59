-- What rails told and were asked stays: receipts, withdrawals and their attempts.
--
-- Errors: LG011, from ledger_refuse_change
CREATE TRIGGER receipt_rows_stay BEFORE DELETE ON wallets_receipt
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER receipt_table_stays BEFORE TRUNCATE ON wallets_receipt
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER withdrawal_rows_stay BEFORE DELETE ON wallets_withdrawal
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER withdrawal_table_stays BEFORE TRUNCATE ON wallets_withdrawal
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER withdrawalattempt_rows_stay BEFORE DELETE ON wallets_withdrawalattempt
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER withdrawalattempt_table_stays BEFORE TRUNCATE ON wallets_withdrawalattempt
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

ALTER TABLE wallets_receipt ENABLE ALWAYS TRIGGER receipt_rows_stay;
ALTER TABLE wallets_receipt ENABLE ALWAYS TRIGGER receipt_table_stays;
ALTER TABLE wallets_withdrawal ENABLE ALWAYS TRIGGER withdrawal_rows_stay;
ALTER TABLE wallets_withdrawal ENABLE ALWAYS TRIGGER withdrawal_table_stays;
ALTER TABLE wallets_withdrawalattempt ENABLE ALWAYS TRIGGER withdrawalattempt_rows_stay;
ALTER TABLE wallets_withdrawalattempt ENABLE ALWAYS TRIGGER withdrawalattempt_table_stays;
