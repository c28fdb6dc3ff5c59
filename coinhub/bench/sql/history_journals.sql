-- History as it would be after as many transfers: journal k pays 0.01 from payer k to payee k,
-- counted round all wallets. Superuser with session_replication_role = replica only.
INSERT INTO wallets_journal
    (id, shard, kind, transaction_id, transition_key, booked_at, value_date)
OVERRIDING SYSTEM VALUE
SELECT %(base)s + k, %(shard)s, 'transfer',
       %(transaction_low)s + mod(k, %(transaction_high)s - %(transaction_low)s + 1),
       'h.' || k, now(), current_date
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS k
