-- lifting_keep: a stop or a freeze holds from when it is made, is lifted once, and nothing else of it
-- ever changes.
--
-- Errors: LG011
CREATE FUNCTION lifting_keep() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    c_lifting CONSTANT text[] := '{lifted_at,lifted_by}';
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF new.lifted_at IS NOT NULL OR new.lifted_by IS NOT NULL THEN
            RAISE EXCEPTION 'nothing is lifted before it holds' USING ERRCODE = 'LG011';
        END IF;
    ELSIF old.lifted_at IS NOT NULL OR new.lifted_at IS NULL
            OR to_jsonb(new) - c_lifting IS DISTINCT FROM to_jsonb(old) - c_lifting THEN
        RAISE EXCEPTION 'row % of % stays as it is', old.id, TG_TABLE_NAME
        USING ERRCODE = 'LG011';
    END IF;
    RETURN new;
END;
$$;

CREATE TRIGGER stop_stays BEFORE INSERT OR UPDATE ON wallets_stop
FOR EACH ROW EXECUTE FUNCTION lifting_keep();
CREATE TRIGGER freeze_stays BEFORE INSERT OR UPDATE ON wallets_freeze
FOR EACH ROW EXECUTE FUNCTION lifting_keep();
ALTER TABLE wallets_stop ENABLE ALWAYS TRIGGER stop_stays;
ALTER TABLE wallets_freeze ENABLE ALWAYS TRIGGER freeze_stays;
