-- Remember that an API key was used, at most once a minute however many processes see it used.
UPDATE users_apikey SET last_used_at = clock_timestamp()
 WHERE id = %(id)s
   AND (last_used_at IS NULL OR last_used_at < clock_timestamp() - interval '1 minute')
