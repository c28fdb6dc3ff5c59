-- The postings of the journals of history_journals.sql: seq 1 of each wallet is its funding.
INSERT INTO wallets_posting
    (shard, journal_id, wallet_id, balance_type, amount, balance_after, seq)
SELECT %(shard)s, %(base)s + k, side.low + mod(k, %(half)s), 'available', side.amount,
       %(funds)s::numeric + side.amount * (k / %(half)s + 1), k / %(half)s + 2
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS k,
       (VALUES (%(payer_low)s::bigint, -0.01), (%(payee_low)s::bigint, 0.01)) AS side (low, amount)
