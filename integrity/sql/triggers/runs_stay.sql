-- integrity_refuse_change: what a check found stays as it was found.
--
-- Errors: IN001 always
CREATE FUNCTION integrity_refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'IN001';
END;
$$;

CREATE TRIGGER run_rows_stay BEFORE UPDATE OR DELETE ON integrity_run
FOR EACH ROW EXECUTE FUNCTION integrity_refuse_change();
CREATE TRIGGER run_table_stays BEFORE TRUNCATE ON integrity_run
FOR EACH STATEMENT EXECUTE FUNCTION integrity_refuse_change();
CREATE TRIGGER finding_rows_stay BEFORE UPDATE OR DELETE ON integrity_finding
FOR EACH ROW EXECUTE FUNCTION integrity_refuse_change();
CREATE TRIGGER finding_table_stays BEFORE TRUNCATE ON integrity_finding
FOR EACH STATEMENT EXECUTE FUNCTION integrity_refuse_change();
ALTER TABLE integrity_run ENABLE ALWAYS TRIGGER run_rows_stay;
ALTER TABLE integrity_run ENABLE ALWAYS TRIGGER run_table_stays;
ALTER TABLE integrity_finding ENABLE ALWAYS TRIGGER finding_rows_stay;
ALTER TABLE integrity_finding ENABLE ALWAYS TRIGGER finding_table_stays;
