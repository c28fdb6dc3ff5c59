-- withdrawal_keep: a withdrawal goes to a place of its payer's own book, which never changes; what the
-- rail took is noted once, and so is that staff were told.
--
-- Errors: LG011
CREATE FUNCTION withdrawal_keep() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    c_notes CONSTANT text[] :=
        '{next_at,looks,unclear_since,reported_at,external_ref,cost,why}';
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF new.cost IS NOT NULL OR new.external_ref <> '' OR NOT EXISTS (
            SELECT FROM wallets_transaction AS t
              JOIN wallets_wallet AS w ON w.id = t.payer_wallet_id
              JOIN wallets_destination AS d ON d.id = new.destination_id
             WHERE t.id = new.transaction_id AND t.type = 'withdrawal'
               AND t.state IN ('cooling', 'pending_review', 'approved')
               AND d.customer_id = w.owner_id AND d.currency_id = t.currency_id
        ) THEN
            RAISE EXCEPTION 'a withdrawal begins with a place of its payer' USING ERRCODE = 'LG011';
        END IF;
    ELSIF to_jsonb(new) - c_notes IS DISTINCT FROM to_jsonb(old) - c_notes
            OR (old.cost IS NOT NULL AND new.cost IS DISTINCT FROM old.cost)
            OR (old.reported_at IS NOT NULL
                AND new.reported_at IS DISTINCT FROM old.reported_at) THEN
        RAISE EXCEPTION 'withdrawal % stays as it is', old.id USING ERRCODE = 'LG011';
    END IF;
    RETURN new;
END;
$$;

CREATE TRIGGER withdrawal_stays BEFORE INSERT OR UPDATE ON wallets_withdrawal
FOR EACH ROW EXECUTE FUNCTION withdrawal_keep();
ALTER TABLE wallets_withdrawal ENABLE ALWAYS TRIGGER withdrawal_stays;
