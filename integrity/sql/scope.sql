-- scope: how much a run looks at, and a digest of the balances on the wallet rows.
--
-- The digest does not depend on the order of the rows, so it is computed without sorting them.
SELECT count(DISTINCT w.owner_id) AS users, count(DISTINCT w.currency_id) AS currencies,
       count(*) AS wallets, coalesce(sum(w.version), 0)::bigint AS postings,
       coalesce(sum(hashtextextended(
           concat_ws(':', w.id, w.available, w.held, w.locked, w.invested, w.version), 0
       )::numeric), 0)::text AS digest
  FROM wallets_wallet AS w
 WHERE %(wallets)s::bigint[] IS NULL OR w.id = ANY (%(wallets)s::bigint[])
