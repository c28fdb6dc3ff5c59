-- attempt_keep: the next attempt has the next number, and only after every one before it was refused;
-- that one was sent or refused is never taken back. Under one reference a rail pays once: so nothing
-- that is written here lets a withdrawal be paid twice.
--
-- Errors: LG011
CREATE FUNCTION attempt_keep() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    c_notes CONSTANT text[] := '{outcome,said}';
    v_before record;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT count(*) AS attempts, coalesce(bool_and(a.outcome = 'refused'), true) AS all_refused
          INTO v_before
          FROM wallets_withdrawalattempt AS a
         WHERE a.withdrawal_id = new.withdrawal_id;
        IF new.outcome <> '' OR new.number <> v_before.attempts + 1 OR NOT v_before.all_refused
                OR NOT EXISTS (
                    SELECT FROM wallets_withdrawal AS w
                      JOIN wallets_transaction AS t ON t.id = w.transaction_id
                     WHERE w.id = new.withdrawal_id AND t.state = 'processing'
                       AND new.reference = t.public_id || '/' || new.number
                ) THEN
            RAISE EXCEPTION 'withdrawal % has no such next attempt', new.withdrawal_id
            USING ERRCODE = 'LG011';
        END IF;
    ELSIF to_jsonb(new) - c_notes IS DISTINCT FROM to_jsonb(old) - c_notes
            OR (old.outcome IN ('sent', 'refused') AND new.outcome <> old.outcome) THEN
        RAISE EXCEPTION 'attempt % stays as it is', old.id USING ERRCODE = 'LG011';
    END IF;
    RETURN new;
END;
$$;

CREATE TRIGGER attempt_stays BEFORE INSERT OR UPDATE ON wallets_withdrawalattempt
FOR EACH ROW EXECUTE FUNCTION attempt_keep();
ALTER TABLE wallets_withdrawalattempt ENABLE ALWAYS TRIGGER attempt_stays;
