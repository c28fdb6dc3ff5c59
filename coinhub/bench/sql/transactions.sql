-- Transactions for journals that are booked without a business operation.
INSERT INTO wallets_transaction
    (public_id, shard, type, status, state, amount, fee, currency_id, payer_wallet_id,
     payee_wallet_id, reference, note, metadata, completed_at)
SELECT uuidv7(), %(shard)s, 'transfer', 'COMPLETED', 'completed', 0.01, 0, 'GBP',
       %(payer_low)s, %(payee_high)s, '', '', '{}', now()
  FROM generate_series(1, %(count)s)
RETURNING id
