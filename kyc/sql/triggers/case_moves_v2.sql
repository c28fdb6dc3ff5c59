-- kyc_require_listed_move, second form: a customer who is approved for tier 1 keeps it while tier 2 is
-- asked for. Such a case goes the way of a first one with its tier, and ends where it began at worst.
--
-- The list is the one of docs/identity.md.
-- Errors: KY001 the move is not listed, or has no decision, or takes or gives what it may not
--         KY002 staff decide on their own case, or nobody is named
CREATE OR REPLACE FUNCTION kyc_require_listed_move() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_event text;
    v_actor uuid;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF (new.state, new.version, new.tier) IS DISTINCT FROM ('not_started', 0, 0) THEN
            RAISE EXCEPTION 'a case begins with nothing decided' USING ERRCODE = 'KY001';
        END IF;
        RETURN new;
    END IF;
    IF (new.id, new.customer_id, new.created_at)
            IS DISTINCT FROM (old.id, old.customer_id, old.created_at) THEN
        RAISE EXCEPTION 'a case stays its customer''s' USING ERRCODE = 'KY001';
    END IF;
    IF (new.state, new.version, new.tier) IS NOT DISTINCT FROM (old.state, old.version, old.tier) THEN
        RETURN new;
    END IF;
    SELECT d.event, d.actor_id INTO v_event, v_actor FROM kyc_decision AS d
     WHERE d.case_id = new.id AND d.version = new.version
       AND d.from_state = old.state AND d.to_state = new.state AND d.tier = new.tier;
    IF v_event IS NULL OR new.version <> old.version + 1
            OR (v_event, old.state, new.state) NOT IN (
                ('start', 'not_started', 'draft'),
                ('submit', 'draft', 'submitted'),
                ('claim', 'submitted', 'in_review'),
                ('release', 'in_review', 'submitted'),
                ('request_changes', 'in_review', 'changes_requested'),
                ('resubmit', 'changes_requested', 'submitted'),
                ('approve', 'in_review', 'approved'),
                ('reject', 'in_review', 'rejected'),
                ('restart', 'rejected', 'draft'),
                ('raise', 'approved', 'draft'),
                ('refuse', 'in_review', 'approved'),
                ('withdraw', 'draft', 'approved'),
                ('withdraw', 'changes_requested', 'approved'),
                ('block', 'draft', 'blocked'),
                ('block', 'submitted', 'blocked'),
                ('block', 'in_review', 'blocked'),
                ('block', 'changes_requested', 'blocked'),
                ('block', 'approved', 'blocked'),
                ('unblock', 'blocked', 'in_review'),
                ('take_over', 'not_started', 'submitted'),
                ('take_over', 'not_started', 'approved'),
                ('take_over', 'not_started', 'rejected')
            ) THEN
        RAISE EXCEPTION 'a case cannot go from % to % so', old.state, new.state
        USING ERRCODE = 'KY001';
    END IF;
    IF NOT (CASE
            WHEN v_event = 'approve' THEN new.tier > old.tier
            WHEN v_event = 'take_over' THEN old.tier = 0
            -- who has no rights yet is rejected, not blocked, until somebody looks at the case
            WHEN v_event = 'block' THEN new.tier = 0 AND (old.tier > 0 OR old.state = 'in_review')
            WHEN v_event = 'raise' THEN old.tier = 1 AND new.tier = 1
            WHEN v_event IN ('refuse', 'withdraw') THEN old.tier > 0 AND new.tier = old.tier
            WHEN v_event = 'reject' THEN old.tier = 0 AND new.tier = 0
            ELSE new.tier = old.tier
        END) THEN
        RAISE EXCEPTION '% cannot make tier % of %', v_event, new.tier, old.tier
        USING ERRCODE = 'KY001';
    END IF;
    IF v_event IN ('claim', 'request_changes', 'approve', 'reject', 'refuse', 'block', 'unblock')
            AND (v_actor IS NULL OR v_actor = new.customer_id) THEN
        RAISE EXCEPTION 'nobody decides on the own case' USING ERRCODE = 'KY002';
    END IF;
    RETURN new;
END;
$$;
