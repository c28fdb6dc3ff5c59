-- ledger_require_listed_move: a transaction changes its status along the listed moves and keeps the
-- rest of its columns.
--
-- Errors: LG012
CREATE FUNCTION ledger_require_listed_move() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF to_jsonb(new) - '{status,state,completed_at}'::text[]
            IS DISTINCT FROM to_jsonb(old) - '{status,state,completed_at}'::text[]
            OR (old.status, new.status) NOT IN (
                ('PENDING', 'PENDING'), ('PENDING', 'HELD'), ('PENDING', 'COMPLETED'),
                ('PENDING', 'FAILED'), ('PENDING', 'CANCELLED'),
                ('HELD', 'HELD'), ('HELD', 'COMPLETED'), ('HELD', 'CANCELLED'), ('HELD', 'REVERSED'),
                ('COMPLETED', 'REVERSED')
            ) THEN
        RAISE EXCEPTION 'a transaction cannot go from % to %', old.status, new.status
        USING ERRCODE = 'LG012', DETAIL = json_build_object('status', old.status);
    END IF;
    RETURN new;
END;
$$;

CREATE TRIGGER transaction_moves_as_listed BEFORE UPDATE ON wallets_transaction
FOR EACH ROW EXECUTE FUNCTION ledger_require_listed_move();
ALTER TABLE wallets_transaction ENABLE ALWAYS TRIGGER transaction_moves_as_listed;
