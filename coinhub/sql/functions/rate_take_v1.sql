-- rate_take_v1: let one call through, if every window it counts in has room.
--
-- A window slides: it holds the moments of the calls let through lately. A call that is refused is
-- not counted, so that whoever waits as long as told is let through.
-- Units:  p_mosts calls in p_window for the key at the same place; wait_s in seconds.
-- Locks:  the rows of the keys in the order of the keys, until commit.
-- Repeat: counts again.
CREATE FUNCTION rate_take_v1(p_keys text[], p_mosts integer[], p_window interval)
RETURNS TABLE (place bigint, taken boolean, remaining integer, wait_s double precision)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_now timestamptz;
    v_found integer;
BEGIN
    -- Three times: a row that nobody used for long may be deleted between the two statements.
    FOR v_try IN 1..3 LOOP
        INSERT INTO users_ratewindow (key, hits)
        SELECT k.key, '{}' FROM unnest(p_keys) AS k (key) ORDER BY k.key
        ON CONFLICT DO NOTHING;
        PERFORM w.key FROM users_ratewindow AS w
          WHERE w.key = ANY (p_keys) ORDER BY w.key FOR UPDATE;
        GET DIAGNOSTICS v_found = ROW_COUNT;
        EXIT WHEN v_found = cardinality(p_keys);
    END LOOP;
    v_now := clock_timestamp();  -- after the locks: moments are in the order of the calls
    RETURN QUERY
    WITH recent AS (
        SELECT a.key, a.place, a.most, r.hits, cardinality(r.hits) AS used
          FROM unnest(p_keys, p_mosts) WITH ORDINALITY AS a (key, most, place)
         INNER JOIN users_ratewindow AS w ON w.key = a.key
         CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(h.hit ORDER BY h.hit), '{}') AS hits
              FROM unnest(w.hits) AS h (hit) WHERE h.hit > v_now - p_window) AS r
    ), verdict AS (
        SELECT bool_and(c.used < c.most) AS free FROM recent AS c
    ), counted AS (
        UPDATE users_ratewindow AS w SET hits = c.hits || v_now
          FROM recent AS c, verdict AS v WHERE w.key = c.key AND v.free
    )
    SELECT c.place, v.free, greatest(c.most - c.used - v.free::integer, 0),
           extract(epoch FROM CASE
               WHEN c.used = 0 THEN p_window
               WHEN c.used >= c.most THEN c.hits[c.used - c.most + 1] + p_window - v_now
               ELSE c.hits[1] + p_window - v_now END)::double precision
      FROM recent AS c, verdict AS v
     ORDER BY c.place;
END;
$$;
