-- scope: how much a run looks at, and a digest of the balances on the wallet rows.
--
-- The digest does not depend on the order of the rows, so it is computed without sorting them, nor on
-- how much of a folded wallet is folded.
SELECT count(DISTINCT w.owner_id) AS users, count(DISTINCT w.currency_id) AS currencies,
       count(*) AS wallets,
       coalesce(sum(w.version + coalesce(u.postings, 0)), 0)::bigint AS postings,
       coalesce(sum(hashtextextended(
           concat_ws(':', w.id, w.available + coalesce(u.amount, 0), w.held, w.locked, w.invested,
                     w.version + coalesce(u.postings, 0)), 0
       )::numeric), 0)::text AS digest
  FROM wallets_wallet AS w
  LEFT JOIN LATERAL (
      SELECT sum(p.amount) AS amount, count(*) AS postings
        FROM wallets_posting AS p
       WHERE w.folded_through IS NOT NULL AND p.wallet_id = w.id AND p.seq IS NULL
         AND p.xact_id >= w.folded_through
  ) AS u ON TRUE
 WHERE %(wallets)s::bigint[] IS NULL OR w.id = ANY (%(wallets)s::bigint[])
