-- ledger_require_unapproved_v1: a credit that waits for an identity waits only while it must.
--
-- Internal. An approval locks the case before it looks for holds; this shared lock makes the credit
-- either be there when it looks, or wait for it and be routed again.
-- Errors: LG020 the identity is approved by now
CREATE FUNCTION ledger_require_unapproved_v1(p_wallet_id bigint, p_shard smallint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_status text;
BEGIN
    SELECT c.status INTO v_status FROM kyc_case AS c
      JOIN wallets_wallet AS w ON w.owner_id = c.customer_id
     WHERE w.id = p_wallet_id AND w.shard = p_shard
       FOR SHARE OF c;
    IF v_status = 'approved' THEN
        RAISE EXCEPTION 'the identity behind wallet % is approved by now', p_wallet_id
        USING ERRCODE = 'LG020';
    END IF;
END;
$$;
