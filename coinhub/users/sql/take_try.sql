-- Take one try of a budget when fewer than %(most)s were taken lately; the row is the lock.
--
-- Those who ask at the same moment wait for each other and count each other's tries. What is not
-- recent any more is forgotten here.
INSERT INTO users_trybudget AS b (key, tries, is_taken)
VALUES (%(key)s, ARRAY[clock_timestamp()], true)
ON CONFLICT (key) DO UPDATE SET (tries, is_taken) = (
    SELECT CASE WHEN recent.number < %(most)s THEN recent.tries || clock_timestamp()
                ELSE recent.tries
           END,
           recent.number < %(most)s
      FROM (
          SELECT coalesce(array_agg(t.at ORDER BY t.at), '{}') AS tries, count(*) AS number
            FROM unnest(b.tries) AS t (at)  -- noqa: RF01
           WHERE t.at > clock_timestamp() - make_interval(secs => %(window_s)s)
      ) AS recent
)
RETURNING is_taken,
          tries[cardinality(tries)] AS taken_at,
          ceil(extract(
              EPOCH FROM tries[1] + make_interval(secs => %(window_s)s) - clock_timestamp()
          ))::integer
