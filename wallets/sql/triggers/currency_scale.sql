-- ledger_keep_currency: a currency keeps its code and its decimals; every amount was checked by them.
--
-- Errors: LG011
CREATE FUNCTION ledger_keep_currency() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'DELETE' OR new.code <> old.code OR new.decimals <> old.decimals
            OR new.kind <> old.kind THEN
        RAISE EXCEPTION 'currency % stays as it is', old.code USING ERRCODE = 'LG011';
    END IF;
    RETURN new;
END;
$$;

CREATE TRIGGER currency_stays BEFORE UPDATE OR DELETE ON wallets_currency
FOR EACH ROW EXECUTE FUNCTION ledger_keep_currency();
ALTER TABLE wallets_currency ENABLE ALWAYS TRIGGER currency_stays;
