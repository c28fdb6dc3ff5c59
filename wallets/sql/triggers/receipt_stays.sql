-- receipt_keep: an arrival begins as detected, is booked once by the deposit that names it, and keeps
-- what it was booked as; then it can only go back to its sender, when its deposit did. What was too
-- small is credited by a deposit out of suspense that names it and is the sum of all that it names.
--
-- Errors: LG011
CREATE FUNCTION receipt_keep() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_allowed wallets_receipt := old;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF (new.state, new.transaction_id, new.settled_at) IS DISTINCT FROM
                ('detected', NULL, NULL) THEN
            RAISE EXCEPTION 'an arrival begins as detected' USING ERRCODE = 'LG011';
        END IF;
        RETURN new;
    END IF;

    v_allowed.confirmations := greatest(old.confirmations, new.confirmations);
    IF old.state IN ('detected', 'dropped') AND new.state IN ('detected', 'dropped') THEN
        v_allowed.state := new.state;
    ELSIF old.state IN ('detected', 'dropped') AND new.state <> 'returned' AND EXISTS (
        SELECT FROM wallets_transaction AS t
          JOIN wallets_wallet AS w ON w.id = t.payee_wallet_id
         WHERE t.id = new.transaction_id AND t.type = 'deposit'
           AND t.metadata ->> 'receipt' = old.id::text
           AND t.currency_id = old.currency_id AND t.amount = old.amount
           AND (new.state <> 'credited' OR w.owner_id = new.customer_id)
    ) THEN
        v_allowed.state := new.state;
        v_allowed.transaction_id := new.transaction_id;
        v_allowed.customer_id := new.customer_id;
        v_allowed.settled_at := new.settled_at;
    ELSIF old.state = 'below_minimum' AND new.state = 'credited' AND EXISTS (
        SELECT FROM wallets_transaction AS t
          JOIN wallets_wallet AS w ON w.id = t.payee_wallet_id
          JOIN wallets_wallet AS s ON s.id = t.payer_wallet_id
         WHERE t.id = new.transaction_id AND t.type = 'deposit' AND s.code = 'S.SUSPENSE'
           AND t.metadata -> 'receipts' @> to_jsonb(old.id)
           AND t.currency_id = old.currency_id AND w.owner_id = old.customer_id
           AND t.amount = (
               SELECT sum(r.amount) FROM wallets_receipt AS r
                WHERE t.metadata -> 'receipts' @> to_jsonb(r.id)
                  AND r.customer_id = old.customer_id AND r.currency_id = old.currency_id)
    ) THEN
        v_allowed.state := new.state;
        v_allowed.transaction_id := new.transaction_id;
        v_allowed.settled_at := new.settled_at;
    ELSIF old.state = 'credited' AND new.state = 'returned' AND EXISTS (
        SELECT FROM wallets_transaction AS t
         WHERE t.id = old.transaction_id AND t.state = 'returned'
    ) THEN
        v_allowed.state := new.state;
    END IF;
    IF new IS DISTINCT FROM v_allowed THEN
        RAISE EXCEPTION 'arrival % stays as it is', old.id USING ERRCODE = 'LG011';
    END IF;
    RETURN new;
END;
$$;

CREATE TRIGGER receipt_stays BEFORE INSERT OR UPDATE ON wallets_receipt
FOR EACH ROW EXECUTE FUNCTION receipt_keep();
ALTER TABLE wallets_receipt ENABLE ALWAYS TRIGGER receipt_stays;
