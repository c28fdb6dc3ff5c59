-- replay_counts: how much was rebuilt, and the journals that do not sum to zero in a currency.
SELECT (SELECT count(*) FROM public.wallets_journal) AS journals,
       (SELECT coalesce(sum(r.version), 0)::bigint FROM {schema}.wallet AS r) AS postings,
       (SELECT count(*) FROM public.wallets_wallet) AS wallets,
       (SELECT count(DISTINCT b.journal_id) FROM (
            SELECT p.journal_id
              FROM public.wallets_posting AS p
              LEFT JOIN public.wallets_wallet AS w ON w.id = p.wallet_id
             GROUP BY p.journal_id, w.currency_id
            HAVING sum(p.amount) <> 0
        ) AS b) AS unbalanced_journals
