-- records: transactions that say something else than their postings, or whose status does not fit
-- their holds.
--
-- The net of all balances of the payer's and the payee's wallet is compared with amount and fee.
-- A history taken over has legs of its own kind and is proved by its import instead.
WITH moved AS (
    SELECT j.transaction_id, p.wallet_id, sum(p.amount) AS net
      FROM wallets_journal AS j
      JOIN wallets_posting AS p ON p.journal_id = j.id
     GROUP BY j.transaction_id, p.wallet_id
), open_holds AS (
    SELECT h.transaction_id, sum(h.remaining) AS remaining
      FROM wallets_hold AS h
     WHERE h.state = 'open'
     GROUP BY h.transaction_id
), judged AS (
    SELECT t.id AS transaction_id, t.status, t.amount, coalesce(gave.net, 0) AS payer_net,
           coalesce(got.net, 0) AS payee_net, coalesce(o.remaining, 0) AS on_hold,
           CASE
               WHEN t.type = 'import' THEN TRUE
               WHEN payer.currency_id <> t.currency_id OR payee.currency_id <> t.currency_id
                   THEN FALSE
               WHEN t.type = 'hold' AND t.status <> 'COMPLETED'
                   THEN coalesce(gave.net, 0) = 0 AND coalesce(got.net, 0) = 0
               WHEN t.type = 'hold'
                   THEN got.net BETWEEN 0 AND t.amount AND gave.net + got.net = 0
               ELSE got.net - t.amount = 0 AND gave.net + t.amount + t.fee = 0
           END AS says_what_moved,
           (t.status IN ('PENDING', 'HELD')) = (o.transaction_id IS NOT NULL) AS fits_its_holds
      FROM wallets_transaction AS t
      LEFT JOIN wallets_wallet AS payer ON payer.id = t.payer_wallet_id
      LEFT JOIN wallets_wallet AS payee ON payee.id = t.payee_wallet_id
      LEFT JOIN moved AS gave
        ON gave.transaction_id = t.id AND gave.wallet_id = t.payer_wallet_id
      LEFT JOIN moved AS got ON got.transaction_id = t.id AND got.wallet_id = t.payee_wallet_id
      LEFT JOIN open_holds AS o ON o.transaction_id = t.id
)
SELECT r.transaction_id, r.status, r.amount, r.payer_net, r.payee_net, r.on_hold,
       r.says_what_moved, r.fits_its_holds
  FROM judged AS r
 WHERE r.says_what_moved IS NOT TRUE OR NOT r.fits_its_holds
 ORDER BY r.transaction_id
 LIMIT %(most)s::int
