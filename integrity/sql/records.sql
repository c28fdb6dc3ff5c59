-- records: transactions that say something else than their postings, whose status does not fit
-- their holds, or of which more went back than was paid.
--
-- The net of all balances of the payer's and the payee's wallet is compared with amount and fee, by
-- type and status. What a rail took for a payment (network_cost) is the house's own and not in it.
-- cover is what the reserve paid of a correction, or of a payment that succeeded late.
-- A payment of which a part went back from its hold (is_corrected) has booked the rest only.
-- A history taken over has legs of its own kind and is proved by its import instead.
WITH moved AS (
    SELECT j.transaction_id, p.wallet_id, sum(p.amount) AS net
      FROM wallets_journal AS j
      JOIN wallets_posting AS p ON p.journal_id = j.id
     WHERE j.kind <> 'network_cost'
     GROUP BY j.transaction_id, p.wallet_id
), open_holds AS (
    SELECT h.transaction_id, sum(h.remaining) AS remaining
      FROM wallets_hold AS h
     WHERE h.state = 'open'
     GROUP BY h.transaction_id
), corrected AS (
    SELECT DISTINCT c.original_id AS transaction_id
      FROM wallets_transaction AS c
     WHERE c.original_id IS NOT NULL AND c.type = 'reversal' AND c.status IN ('COMPLETED', 'HELD')
), given_back AS (
    SELECT b.original_id AS transaction_id,
           coalesce(sum(b.amount) FILTER (WHERE b.type IN ('refund', 'reversal')), 0) AS amount,
           coalesce(sum(b.amount) FILTER (WHERE b.type = 'adjustment'), 0) AS fee
      FROM wallets_transaction AS b
     WHERE b.original_id IS NOT NULL AND b.status NOT IN ('FAILED', 'CANCELLED')
     GROUP BY b.original_id
), netted AS (
    SELECT t.id, t.public_id, t.type, t.status, t.state, t.amount, t.fee,
           coalesce(gave.net, 0) AS gave, coalesce(got.net, 0) AS got,
           coalesce(cover.net, 0) AS cover, coalesce(o.remaining, 0) AS on_hold,
           payee.id = reserve.id AS to_reserve, c.transaction_id IS NOT NULL AS is_corrected,
           o.transaction_id IS NOT NULL AS has_hold,
           coalesce(b.amount <= t.amount AND b.fee <= t.fee, TRUE) AS gave_back_at_most_all,
           payer.currency_id = t.currency_id AND payee.currency_id = t.currency_id AS one_currency
      FROM wallets_transaction AS t
      LEFT JOIN wallets_wallet AS payer ON payer.id = t.payer_wallet_id
      LEFT JOIN wallets_wallet AS payee ON payee.id = t.payee_wallet_id
      LEFT JOIN wallets_wallet AS reserve
        ON reserve.code = 'SYS-RESERVE-0001' AND reserve.shard = 0
       AND reserve.currency_id = t.currency_id AND t.type IN ('withdrawal', 'reversal')
      LEFT JOIN moved AS gave
        ON gave.transaction_id = t.id AND gave.wallet_id = t.payer_wallet_id
      LEFT JOIN moved AS got ON got.transaction_id = t.id AND got.wallet_id = t.payee_wallet_id
      LEFT JOIN moved AS cover ON cover.transaction_id = t.id AND cover.wallet_id = reserve.id
      LEFT JOIN open_holds AS o ON o.transaction_id = t.id
      LEFT JOIN corrected AS c ON c.transaction_id = t.id
      LEFT JOIN given_back AS b ON b.transaction_id = t.id
), judged AS (
    SELECT n.*,
           CASE
               WHEN n.type = 'import' THEN TRUE
               WHEN n.one_currency IS NOT TRUE THEN FALSE
               WHEN n.type = 'deposit' AND n.state = 'returned'
                   THEN n.gave + n.got = 0
                        AND (n.got = 0 OR n.is_corrected AND n.got BETWEEN 0 AND n.amount)
               WHEN n.type = 'deposit'
                   THEN n.gave + n.amount = 0
                        AND (n.got = n.amount - CASE n.status WHEN 'COMPLETED' THEN n.fee ELSE 0 END
                             OR (n.is_corrected OR n.status = 'REVERSED')
                                AND n.got BETWEEN n.amount - n.fee AND n.amount)
               WHEN n.type = 'transfer' AND n.state = 'recalled'
                   THEN n.gave + n.got + n.fee = 0
                        AND (n.got = 0 OR n.is_corrected AND n.got BETWEEN 0 AND n.amount)
               WHEN n.status IN ('PENDING', 'FAILED', 'CANCELLED')
                   THEN n.gave = 0 AND n.got = 0 AND n.cover = 0
               WHEN n.type = 'hold'
                   THEN n.got BETWEEN 0 AND n.amount AND n.gave + n.got = 0
               WHEN n.type = 'withdrawal'
                   THEN n.got = n.amount
                        AND (n.gave + n.amount + n.fee = 0 AND n.cover = 0
                             OR n.gave <= 0 AND n.cover <= 0 AND n.gave + n.cover + n.amount = 0)
                        -- What bounced after the reserve had covered it goes back there first.
                        OR n.state = 'bounced' AND n.got BETWEEN 0 AND n.amount
                           AND n.gave <= 0 AND n.cover <= 0 AND n.gave + n.cover + n.got = 0
               WHEN n.type = 'reversal' AND n.to_reserve
                   THEN n.got BETWEEN 0 AND n.amount AND n.gave + n.got = 0
               WHEN n.type = 'reversal'
                   THEN n.got = n.amount AND n.gave <= 0 AND n.cover <= 0
                        AND n.gave + n.cover + n.amount = 0
               ELSE n.got = n.amount AND n.gave + n.amount + n.fee = 0
           END AS says_what_moved,
           CASE
               -- A proposed reversal sets aside what there is, which may be nothing, and waits for
               -- an approval that can end it.
               WHEN n.type = 'reversal' AND n.status = 'PENDING'
                   THEN EXISTS (
                       SELECT FROM approvals_approval AS a
                        WHERE a.target_id = n.public_id::text AND a.target_type = 'transaction'
                          AND a.state = 'pending'
                   )
               ELSE (n.status IN ('PENDING', 'HELD')) = n.has_hold
           END AS fits_its_holds
      FROM netted AS n
)
SELECT r.id AS transaction_id, r.status, r.amount, r.gave AS payer_net, r.got AS payee_net,
       r.on_hold, r.says_what_moved, r.fits_its_holds, r.gave_back_at_most_all
  FROM judged AS r
 WHERE r.says_what_moved IS NOT TRUE OR r.fits_its_holds IS NOT TRUE
    OR NOT r.gave_back_at_most_all
 ORDER BY r.id
 LIMIT %(most)s::int
