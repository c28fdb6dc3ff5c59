-- hold_keep_waiting: money that waits becomes available to nobody but who sent it, or the house.
--
-- Waiting is what lies in held with a condition still open, and what was set aside from the wallet of
-- a recipient, such as a deposit on its way back. ledger_apply_v1 refuses to release it; this refuses
-- to take it in another name. Journal and postings are written before the hold, in one transaction.
-- Errors: LG009
CREATE FUNCTION hold_keep_waiting() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_payer bigint;
BEGIN
    SELECT t.payer_wallet_id INTO v_payer FROM wallets_transaction AS t
     WHERE t.id = old.transaction_id;
    IF old.balance_type = 'locked' AND old.wallet_id = v_payer THEN
        RETURN new;
    ELSIF old.balance_type = 'held' AND NOT EXISTS (
        SELECT FROM wallets_holdcondition AS c
         WHERE c.hold_id = old.id AND c.shard = old.shard AND c.cleared_at IS NULL
    ) THEN
        RETURN new;
    END IF;
    IF EXISTS (
        SELECT FROM wallets_transaction AS t
          JOIN wallets_journal AS j ON j.transaction_id = t.id
          JOIN wallets_posting AS p ON p.journal_id = j.id
          JOIN wallets_wallet AS w ON w.id = p.wallet_id
         WHERE (t.id = old.transaction_id OR t.original_id = old.transaction_id)
           AND j.xact_id = pg_current_xact_id()
           AND p.balance_type = 'available' AND p.amount > 0
           AND p.wallet_id <> v_payer AND w.owner_id IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'hold % still waits', old.id USING ERRCODE = 'LG009';
    END IF;
    RETURN new;
END;
$$;

CREATE TRIGGER hold_gives_back BEFORE UPDATE ON wallets_hold
FOR EACH ROW WHEN (new.remaining < old.remaining)
EXECUTE FUNCTION hold_keep_waiting();
ALTER TABLE wallets_hold ENABLE ALWAYS TRIGGER hold_gives_back;
