-- use_up_ids: begin and end as many empty transactions as the setting coinhub.ids says, so that the
-- server's next transaction has a higher id.
--
-- A block takes no parameters, so the number comes as a setting. Needs a session that is in no
-- transaction; nothing is written but the record of each end.
DO $$
BEGIN
    FOR v_number IN 1..current_setting('coinhub.ids')::int LOOP
        PERFORM pg_current_xact_id();
        COMMIT;
    END LOOP;
END;
$$
