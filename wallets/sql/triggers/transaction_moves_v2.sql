-- ledger_require_listed_move: a transaction changes its state along the moves of its type and keeps
-- the rest of its columns.
--
-- docs/states.md shows the same list; which status a state has is a constraint of the table.
-- Errors: LG012
CREATE OR REPLACE FUNCTION ledger_require_listed_move() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF to_jsonb(new) - '{status,state,completed_at}'::text[]
            IS DISTINCT FROM to_jsonb(old) - '{status,state,completed_at}'::text[]
            OR (old.type, old.state, new.state) NOT IN (
                ('deposit', 'held', 'completed'),
                ('deposit', 'held', 'return_pending'),
                ('deposit', 'held', 'reversed'),
                ('deposit', 'return_pending', 'returned'),
                ('deposit', 'return_pending', 'held'),
                ('deposit', 'completed', 'reversed'),

                ('withdrawal', 'cooling', 'pending_review'),
                ('withdrawal', 'cooling', 'approved'),
                ('withdrawal', 'cooling', 'cancelled'),
                ('withdrawal', 'pending_review', 'approved'),
                ('withdrawal', 'pending_review', 'rejected'),
                ('withdrawal', 'pending_review', 'cancelled'),
                ('withdrawal', 'approved', 'cancelled'),
                ('withdrawal', 'approved', 'processing'),
                ('withdrawal', 'processing', 'sent'),
                ('withdrawal', 'processing', 'approved'),
                ('withdrawal', 'processing', 'failed'),
                ('withdrawal', 'processing', 'unknown'),
                ('withdrawal', 'unknown', 'sent'),
                ('withdrawal', 'unknown', 'approved'),
                ('withdrawal', 'sent', 'completed'),
                ('withdrawal', 'sent', 'failed'),
                ('withdrawal', 'completed', 'bounced'),
                ('withdrawal', 'cancelled', 'completed'),
                ('withdrawal', 'rejected', 'completed'),
                ('withdrawal', 'failed', 'completed'),

                ('transfer', 'held', 'completed'),
                ('transfer', 'held', 'recalled'),
                ('transfer', 'held', 'reversed'),
                ('transfer', 'pending_review', 'completed'),
                ('transfer', 'pending_review', 'held'),
                ('transfer', 'pending_review', 'rejected'),
                ('transfer', 'pending_review', 'cancelled'),
                ('transfer', 'completed', 'reversed'),

                ('refund', 'held', 'completed'),
                ('refund', 'held', 'reversed'),
                ('refund', 'completed', 'reversed'),

                ('reversal', 'pending_approval', 'completed'),
                ('reversal', 'pending_approval', 'held'),
                ('reversal', 'pending_approval', 'rejected'),
                ('reversal', 'pending_approval', 'cancelled'),
                ('reversal', 'pending_approval', 'expired'),
                ('reversal', 'held', 'completed'),

                ('adjustment', 'held', 'completed'),
                ('adjustment', 'held', 'reversed'),
                ('adjustment', 'completed', 'reversed'),
                ('funding', 'completed', 'reversed'),

                ('hold', 'authorised', 'completed'),
                ('hold', 'authorised', 'held'),
                ('hold', 'authorised', 'cancelled'),
                ('hold', 'held', 'completed')
            ) THEN
        RAISE EXCEPTION 'a % cannot go from % to %', old.type, old.state, new.state
        USING ERRCODE = 'LG012', DETAIL = json_build_object(
            'status', old.status, 'state', old.state);
    END IF;
    RETURN new;
END;
$$;
