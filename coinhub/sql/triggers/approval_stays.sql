-- approval_keep: a proposal is pending when it is made, goes once to one end, and nothing else of it
-- ever changes; no row goes.
--
-- Errors: AP001 a change that is not the one end of a pending proposal
--         AP002 a proposal that is not pending when it is made, or that is made in the future
CREATE FUNCTION approval_keep() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    c_end CONSTANT text[] := '{state,checker_id,decided_at,comment,result}';
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF new.state <> 'pending' OR new.created_at > clock_timestamp() THEN
            RAISE EXCEPTION 'a proposal begins as pending, now' USING ERRCODE = 'AP002';
        END IF;
        RETURN new;
    END IF;
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'approvals stay: % refused', TG_OP USING ERRCODE = 'AP001';
    END IF;
    IF old.state <> 'pending' OR new.state = 'pending'
            OR to_jsonb(new) - c_end IS DISTINCT FROM to_jsonb(old) - c_end THEN
        RAISE EXCEPTION 'a proposal that is % stays as it is', old.state USING ERRCODE = 'AP001';
    END IF;
    IF new.state = 'executed' AND (new.expires_at <= clock_timestamp() OR new.checker_id IS NULL) THEN
        RAISE EXCEPTION 'a proposal is executed by a checker, in time' USING ERRCODE = 'AP001';
    END IF;
    RETURN new;
END;
$$;

CREATE TRIGGER approval_rows_stay BEFORE INSERT OR UPDATE OR DELETE ON approvals_approval
FOR EACH ROW EXECUTE FUNCTION approval_keep();
CREATE TRIGGER approval_table_stays BEFORE TRUNCATE ON approvals_approval
FOR EACH STATEMENT EXECUTE FUNCTION approval_keep();
ALTER TABLE approvals_approval ENABLE ALWAYS TRIGGER approval_rows_stay;
ALTER TABLE approvals_approval ENABLE ALWAYS TRIGGER approval_table_stays;
