-- Windows that nobody used for long; one that is being used right now is left alone.
DELETE FROM users_ratewindow AS w
 WHERE w.key IN (
    SELECT o.key FROM users_ratewindow AS o
     WHERE NOT EXISTS (
        SELECT FROM unnest(o.hits) AS h (hit) WHERE h.hit > clock_timestamp() - interval '1 day')
     ORDER BY o.key
       FOR UPDATE SKIP LOCKED)
