-- currencies: the trial balance of each currency from the postings: what customers own, what the
-- house has, what it earned, and what is held outside (A.SET, negative). Together they are zero.
--
-- prefix: how the codes of income wallets begin; outside: the code of the wallet for the outside.
WITH posted AS (
    SELECT p.wallet_id, sum(p.amount) AS amount, count(*) AS postings
      FROM wallets_posting AS p
     GROUP BY p.wallet_id
), sums AS (
    SELECT w.currency_id AS currency,
           sum(p.amount) AS everything,
           coalesce(sum(p.amount) FILTER (WHERE w.code IS NULL), 0) AS customers,
           coalesce(sum(p.amount) FILTER (WHERE w.code = %(outside)s::text), 0) AS outside,
           coalesce(sum(p.amount) FILTER (WHERE starts_with(w.code, %(prefix)s::text)), 0)
               AS income,
           sum(p.postings)::bigint AS postings
      FROM posted AS p
      LEFT JOIN wallets_wallet AS w ON w.id = p.wallet_id
     GROUP BY w.currency_id
)
SELECT coalesce(s.currency, c.code) AS currency, c.decimals,
       coalesce(s.everything, 0) AS everything, coalesce(s.customers, 0) AS customers,
       coalesce(s.everything - s.customers - s.outside - s.income, 0) AS house,
       coalesce(s.income, 0) AS income, coalesce(s.outside, 0) AS outside,
       coalesce(s.postings, 0) AS postings
  FROM sums AS s
  FULL JOIN wallets_currency AS c ON c.code = s.currency
 ORDER BY c.position, 1
