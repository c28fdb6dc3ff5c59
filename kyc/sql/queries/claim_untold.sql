-- Claims the oldest fact that a customer has not been told; a failed try waits a minute longer each
-- time. The words of the index stand here as they stand there, so that it is used.
UPDATE events_outboxevent AS e SET attempts = e.attempts + 1
 WHERE e.id = (
    SELECT w.id FROM events_outboxevent AS w
     WHERE w.relayed_at IS NULL AND w.type LIKE 'kyc.%'
       AND w.attempts < 20
       AND w.created_at + w.attempts * w.attempts * interval '1 minute' <= clock_timestamp()
     ORDER BY w.id
     LIMIT 1
       FOR UPDATE SKIP LOCKED
 )
RETURNING e.id, e.type, e.object_id
