-- apikey_keep: an API key that was revoked stays so.
--
-- Errors: US001
CREATE FUNCTION apikey_keep() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'API key % stays revoked', old.id USING ERRCODE = 'US001';
END;
$$;

CREATE TRIGGER apikey_stays BEFORE UPDATE ON users_apikey
FOR EACH ROW WHEN (old.revoked_at IS NOT NULL AND new.revoked_at IS DISTINCT FROM old.revoked_at)
EXECUTE FUNCTION apikey_keep();
ALTER TABLE users_apikey ENABLE ALWAYS TRIGGER apikey_stays;
