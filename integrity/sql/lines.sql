-- lines: all postings of the journals given, with the currency of the wallet and the one that the
-- transaction is in.
SELECT p.id AS posting_id, p.journal_id, p.wallet_id, p.balance_type, p.amount, p.seq,
       w.currency_id AS currency, t.currency_id AS transaction_currency
  FROM wallets_posting AS p
  LEFT JOIN wallets_wallet AS w ON w.id = p.wallet_id
  LEFT JOIN wallets_journal AS j ON j.id = p.journal_id
  LEFT JOIN wallets_transaction AS t ON t.id = j.transaction_id
 WHERE p.journal_id = ANY (%(journals)s::bigint[])
 ORDER BY p.journal_id, p.id
 LIMIT %(most)s::int
