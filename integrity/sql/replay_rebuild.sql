-- replay_rebuild: the balances as the journals make them, from nothing, in a schema of their own.
--
-- A posting counts only with its journal: what no journal explains is not rebuilt.
CREATE TABLE {schema}.wallet AS
SELECT p.wallet_id,
       coalesce(sum(p.amount) FILTER (WHERE p.balance_type = 'available'), 0) AS available,
       coalesce(sum(p.amount) FILTER (WHERE p.balance_type = 'held'), 0) AS held,
       coalesce(sum(p.amount) FILTER (WHERE p.balance_type = 'locked'), 0) AS locked,
       coalesce(sum(p.amount) FILTER (WHERE p.balance_type = 'invested'), 0) AS invested,
       count(*) AS version
  FROM public.wallets_journal AS j
  JOIN public.wallets_posting AS p ON p.journal_id = j.id
 GROUP BY p.wallet_id
