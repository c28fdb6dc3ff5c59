-- answer_keep: the answer of a key is emptied a day after it was given, and nothing else of a key
-- ever changes. What writes a key may complete it before it commits.
--
-- Errors: LG011
CREATE FUNCTION answer_keep() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_emptied wallets_idempotencykey := old;
BEGIN
    v_emptied.response_status := NULL;
    v_emptied.response_body := NULL;
    IF old.xact_id <> pg_current_xact_id()
            AND (new IS DISTINCT FROM v_emptied
                 OR old.created_at >= clock_timestamp() - interval '24 hours') THEN
        RAISE EXCEPTION 'the answer of key % stays as it is', old.id USING ERRCODE = 'LG011';
    END IF;
    RETURN new;
END;
$$;

CREATE TRIGGER answer_stays BEFORE UPDATE ON wallets_idempotencykey
FOR EACH ROW EXECUTE FUNCTION answer_keep();
ALTER TABLE wallets_idempotencykey ENABLE ALWAYS TRIGGER answer_stays;
