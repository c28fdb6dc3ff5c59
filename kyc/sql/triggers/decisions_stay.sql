-- kyc_refuse_change: decisions are append-only, cases and what belongs to them are never deleted.
--
-- Errors: KY003 always
CREATE FUNCTION kyc_refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '%: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'KY003';
END;
$$;

CREATE TRIGGER decision_rows_stay BEFORE UPDATE OR DELETE ON kyc_decision
FOR EACH ROW EXECUTE FUNCTION kyc_refuse_change();
CREATE TRIGGER decision_table_stays BEFORE TRUNCATE ON kyc_decision
FOR EACH STATEMENT EXECUTE FUNCTION kyc_refuse_change();
CREATE TRIGGER case_rows_stay BEFORE DELETE ON kyc_case
FOR EACH ROW EXECUTE FUNCTION kyc_refuse_change();
CREATE TRIGGER case_table_stays BEFORE TRUNCATE ON kyc_case
FOR EACH STATEMENT EXECUTE FUNCTION kyc_refuse_change();

ALTER TABLE kyc_decision ENABLE ALWAYS TRIGGER decision_rows_stay;
ALTER TABLE kyc_decision ENABLE ALWAYS TRIGGER decision_table_stays;
ALTER TABLE kyc_case ENABLE ALWAYS TRIGGER case_rows_stay;
ALTER TABLE kyc_case ENABLE ALWAYS TRIGGER case_table_stays;
