-- condition_keep: a condition of a hold is cleared only when what it waits for is so, whoever clears
-- it; it may be opened again, and no row goes.
--
-- kyc:        the identity of the wallet's owner is approved
-- compliance: the owner is not frozen for credits, and no rail has refused to take this money back
-- paused:     no stop of everything, of deposits or of the currency holds
-- reversal:   no reversal of the payment waits for a decision
-- Errors: LG009 it is not so, LG011 another change
CREATE FUNCTION condition_keep() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_hold record;
    v_waits boolean;
BEGIN
    IF (TG_OP = 'INSERT' AND new.cleared_at IS NOT NULL)
            OR (TG_OP = 'UPDATE' AND (new.id, new.shard, new.hold_id, new.code)
                IS DISTINCT FROM (old.id, old.shard, old.hold_id, old.code)) THEN
        RAISE EXCEPTION 'condition % stays what it is of', new.id USING ERRCODE = 'LG011';
    END IF;
    IF TG_OP = 'INSERT' OR old.cleared_at IS NOT NULL OR new.cleared_at IS NULL THEN
        RETURN new;
    END IF;

    SELECT w.owner_id, w.currency_id, h.transaction_id INTO v_hold
      FROM wallets_hold AS h
      JOIN wallets_wallet AS w ON w.id = h.wallet_id AND w.shard = h.shard
     WHERE h.id = old.hold_id AND h.shard = old.shard;
    v_waits := CASE old.code
        WHEN 'kyc' THEN NOT EXISTS (
            SELECT FROM kyc_case AS c
             WHERE c.customer_id = v_hold.owner_id AND c.status = 'approved')
        WHEN 'compliance' THEN EXISTS (
            SELECT FROM wallets_freeze AS f
             WHERE f.customer_id = v_hold.owner_id AND f.lifted_at IS NULL
               AND f.kind IN ('credit', 'full')
        ) OR EXISTS (
            SELECT FROM wallets_journal AS j
             WHERE j.transaction_id = v_hold.transaction_id AND j.kind = 'kept')
        WHEN 'paused' THEN EXISTS (
            SELECT FROM wallets_stop AS s
             WHERE s.lifted_at IS NULL
               AND (s.scope, s.value) IN (
                   ('all', ''), ('operation', 'deposit'), ('currency', v_hold.currency_id)))
        WHEN 'reversal' THEN EXISTS (
            SELECT FROM wallets_transaction AS t
             WHERE t.original_id = v_hold.transaction_id AND t.type = 'reversal'
               AND t.state = 'pending_approval')
    END;
    IF v_waits IS NOT FALSE THEN
        RAISE EXCEPTION 'hold % still waits: %', old.hold_id, old.code USING ERRCODE = 'LG009';
    END IF;
    RETURN new;
END;
$$;

CREATE TRIGGER condition_stays BEFORE INSERT OR UPDATE ON wallets_holdcondition
FOR EACH ROW EXECUTE FUNCTION condition_keep();
CREATE TRIGGER condition_rows_stay BEFORE DELETE ON wallets_holdcondition
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER condition_table_stays BEFORE TRUNCATE ON wallets_holdcondition
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE wallets_holdcondition ENABLE ALWAYS TRIGGER condition_stays;
ALTER TABLE wallets_holdcondition ENABLE ALWAYS TRIGGER condition_rows_stay;
ALTER TABLE wallets_holdcondition ENABLE ALWAYS TRIGGER condition_table_stays;
