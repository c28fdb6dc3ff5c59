-- kyc_require_listed_move: a case begins with nothing decided and moves along the listed lines only,
-- each time with the decision of its next version, which is written first.
--
-- The list is the one of docs/identity.md.
-- Errors: KY001 the move is not listed, or has no decision
--         KY002 staff decide on their own case, or nobody is named
CREATE FUNCTION kyc_require_listed_move() RETURNS trigger
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
                ('block', 'in_review', 'blocked'),
                ('block', 'approved', 'blocked'),
                ('unblock', 'blocked', 'in_review'),
                ('take_over', 'not_started', 'submitted'),
                ('take_over', 'not_started', 'approved'),
                ('take_over', 'not_started', 'rejected')
            ) THEN
        RAISE EXCEPTION 'a case cannot go from % to % so', old.state, new.state
        USING ERRCODE = 'KY001';
    END IF;
    IF v_event IN ('claim', 'request_changes', 'approve', 'reject', 'block', 'unblock')
            AND (v_actor IS NULL OR v_actor = new.customer_id) THEN
        RAISE EXCEPTION 'nobody decides on the own case' USING ERRCODE = 'KY002';
    END IF;
    RETURN new;
END;
$$;

CREATE TRIGGER case_moves_as_listed BEFORE INSERT OR UPDATE ON kyc_case
FOR EACH ROW EXECUTE FUNCTION kyc_require_listed_move();
ALTER TABLE kyc_case ENABLE ALWAYS TRIGGER case_moves_as_listed;
