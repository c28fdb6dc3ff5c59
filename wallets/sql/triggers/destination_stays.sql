-- destination_keep: a destination is archived once; nothing else of it changes, and no row goes.
--
-- Errors: LG011
CREATE FUNCTION destination_keep() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_archived wallets_destination := old;
BEGIN
    v_archived.archived_at := new.archived_at;
    IF old.archived_at IS NOT NULL OR new.archived_at IS NULL OR new IS DISTINCT FROM v_archived THEN
        RAISE EXCEPTION 'destination % stays as it is', old.id USING ERRCODE = 'LG011';
    END IF;
    RETURN new;
END;
$$;

CREATE TRIGGER destination_stays BEFORE UPDATE ON wallets_destination
FOR EACH ROW EXECUTE FUNCTION destination_keep();
CREATE TRIGGER destination_rows_stay BEFORE DELETE ON wallets_destination
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER destination_table_stays BEFORE TRUNCATE ON wallets_destination
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

ALTER TABLE wallets_destination ENABLE ALWAYS TRIGGER destination_stays;
ALTER TABLE wallets_destination ENABLE ALWAYS TRIGGER destination_rows_stay;
ALTER TABLE wallets_destination ENABLE ALWAYS TRIGGER destination_table_stays;
