-- Both wallets of a payment, each with its owner and the owner's identity case.
--
-- The payer is the customer's wallet in the currency; the payee is the wallet with the id given, or the
-- wallet in the currency of whoever has the e-mail given. What is NULL finds nothing.
SELECT w.id, w.public_id, w.shard, w.owner_id, w.currency_id, w.decimals, w.code, w.available,
       w.held, w.locked, w.invested, w.total, w.floor, w.version, w.status, w.is_primary,
       u.id AS user_id, u.email, u.name, u.external_ref, u.is_active, u.is_staff,
       c.id AS case_id, c.customer_id, c.status AS case_status, c.tier AS case_tier,
       ARRAY(SELECT f.kind FROM wallets_freeze AS f
              WHERE f.customer_id = u.id AND f.lifted_at IS NULL) AS owner_freezes
  FROM wallets_wallet AS w
  LEFT JOIN users_user AS u ON u.id = w.owner_id
  LEFT JOIN kyc_case AS c ON c.customer_id = u.id
 WHERE (w.owner_id = %(customer)s::uuid AND w.currency_id = %(currency)s)
    OR w.public_id = %(wallet)s::uuid
    OR (w.currency_id = %(currency)s
        AND w.owner_id = (SELECT p.id FROM users_user AS p WHERE p.email = %(email)s::text))
