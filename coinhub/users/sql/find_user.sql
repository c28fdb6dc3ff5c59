-- The active person whom an access token stands for, and the stamp of the password it goes back to.
SELECT u.password, u.last_login, u.is_superuser, u.id, u.email, u.name, u.external_ref, u.is_active,
       u.is_staff, u.date_joined, u.credentials_changed_at, t.stamp
  FROM users_accesstoken AS t
 INNER JOIN users_user AS u ON u.id = t.user_id
 WHERE t.digest = %(digest)s AND t.expires_at > %(now)s AND u.is_active
