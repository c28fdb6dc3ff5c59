-- transaction_ids: the highest id of a database transaction that any row names, and the next one that
-- this server gives.
--
-- Ids begin anew in another cluster: a dump that is restored there names ids that are not given yet.
SELECT coalesce(max(n.highest), '0'::xid8)::text::bigint AS highest,
       pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next
  FROM (SELECT max(folded_through) AS highest FROM wallets_wallet
        UNION ALL
        SELECT max(horizon) FROM wallets_fold
        UNION ALL
        SELECT max(xact_id) FROM wallets_posting
        UNION ALL
        SELECT max(xact_id) FROM wallets_journal
        UNION ALL
        SELECT max(xact_id) FROM wallets_transaction
        UNION ALL
        SELECT max(xact_id) FROM wallets_hold
        UNION ALL
        SELECT max(xact_id) FROM wallets_idempotencykey
        UNION ALL
        SELECT max(xact_id) FROM events_auditevent
        UNION ALL
        SELECT max(xact_id) FROM events_outboxevent
        UNION ALL
        SELECT max(xact_id) FROM integrity_run) AS n
