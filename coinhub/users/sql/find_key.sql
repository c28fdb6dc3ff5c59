-- The active customer whom an API key acts for, and what the key may do; staff have no keys.
SELECT u.password, u.last_login, u.is_superuser, u.id, u.email, u.name, u.external_ref, u.is_active,
       u.is_staff, u.date_joined, u.credentials_changed_at,
       k.id AS key_id, k.public_id, k.scopes, k.networks, k.spend_cap_usd,
       k.last_used_at IS NULL OR k.last_used_at < clock_timestamp() - interval '1 minute'
  FROM users_apikey AS k
 INNER JOIN users_user AS u ON u.id = k.user_id
 WHERE k.digest = %(digest)s AND k.revoked_at IS NULL AND k.suspended_at IS NULL
   AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
   AND u.is_active AND NOT u.is_staff
