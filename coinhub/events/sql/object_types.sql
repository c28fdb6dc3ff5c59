-- The kinds of objects of the audit trail, read off its index in as many steps as there are kinds.
WITH RECURSIVE kinds (name) AS (
    (SELECT object_type FROM events_auditevent ORDER BY object_type LIMIT 1)
    UNION ALL
    SELECT (SELECT e.object_type FROM events_auditevent AS e WHERE e.object_type > k.name
             ORDER BY e.object_type LIMIT 1)
      FROM kinds AS k
     WHERE k.name IS NOT NULL
)
SELECT name FROM kinds WHERE name IS NOT NULL
