-- untold: bookings without their audit event or their outbox event, or with too many of them.
--
-- A booking is what one database transaction did for one operation; all its rows carry one xact_id.
-- It may take several steps of which some move nothing, such as sent and completed at once: there
-- may be as many events as journals, or each of them once.
WITH booked AS (
    SELECT t.id AS transaction_id, t.public_id::text AS object_id, j.xact_id,
           count(*) AS journals, min(j.id) AS journal_id
      FROM wallets_journal AS j
      JOIN wallets_transaction AS t ON t.id = j.transaction_id
     GROUP BY t.id, t.public_id, j.xact_id
), audited AS (
    SELECT a.object_id, a.xact_id, count(*) AS events, count(DISTINCT a.action) AS steps
      FROM events_auditevent AS a
     WHERE a.object_type = 'transaction'
     GROUP BY a.object_id, a.xact_id
), told AS (
    SELECT o.object_id, o.xact_id, count(*) AS events, count(DISTINCT o.type) AS steps
      FROM events_outboxevent AS o
     GROUP BY o.object_id, o.xact_id
)
SELECT b.transaction_id, b.journal_id, coalesce(a.events, 0) AS audit_events,
       coalesce(o.events, 0) AS outbox_events, b.journals,
       greatest(b.journals, a.steps) AS audit_most, greatest(b.journals, o.steps) AS outbox_most,
       count(*) OVER () AS found
  FROM booked AS b
  LEFT JOIN audited AS a ON a.object_id = b.object_id AND a.xact_id = b.xact_id
  LEFT JOIN told AS o ON o.object_id = b.object_id AND o.xact_id = b.xact_id
 WHERE coalesce(a.events, 0) NOT BETWEEN 1 AND greatest(b.journals, a.steps)
    OR coalesce(o.events, 0) NOT BETWEEN 1 AND greatest(b.journals, o.steps)
 ORDER BY b.journal_id
 LIMIT %(most)s::int
