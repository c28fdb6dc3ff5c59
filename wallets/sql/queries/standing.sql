-- What stands in a customer's way at this moment, in one query: always one row.
--
-- Stops are read here so that the answer comes early and in its place; the booking function reads
-- them again, in the transaction of the money, and decides.
-- Units:  pause_s in seconds; refused: how many recipients in 24 hours, and the seconds until one
--         of them is that old. What there is none of is NULL.
SELECT (SELECT json_agg(json_build_array(
                    s.scope, s.value, s.message,
                    to_char(s.engaged_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
                ORDER BY s.id)
          FROM wallets_stop AS s WHERE s.lifted_at IS NULL) AS stops,
       ARRAY(SELECT f.kind FROM wallets_freeze AS f
              WHERE f.customer_id = me.id AND f.lifted_at IS NULL) AS freezes,
       (SELECT ceil(extract(EPOCH FROM a.paused_until - clock_timestamp()))::int
          FROM wallets_allowance AS a
         WHERE a.customer_id = me.id AND a.shard = %(shard)s::smallint
           AND a.paused_until > clock_timestamp()) AS pause_s,
       (SELECT ARRAY[
                    count(*)::int, ceil(extract(EPOCH FROM min(h.hit) + interval '24 hours'
                                                           - clock_timestamp()))::int]
          FROM users_ratewindow AS w CROSS JOIN LATERAL unnest(w.hits) AS h (hit)
         WHERE w.key = %(rate_key)s::text
           AND h.hit > clock_timestamp() - interval '24 hours') AS refused,
       c.status AS kyc_status, c.tier
  FROM (SELECT %(customer)s::uuid AS id) AS me
  LEFT JOIN kyc_case AS c ON c.customer_id = me.id
