"""More that the application's role must not get anywhere with: rows of payments, access and trail.

What a right does not refuse a trigger or a constraint does; each statement meets rows that it would
change. A line that is indented goes on with the one before.
"""

OPERATIONS = """
INSERT INTO wallets_transaction (public_id, shard, type, status, state, amount, fee, currency_id,
    payer_wallet_id, payee_wallet_id, reference, note) SELECT gen_random_uuid(), shard, type,
    status, state, amount, fee, currency_id, payer_wallet_id, payee_wallet_id, '', ''
    FROM wallets_transaction
INSERT INTO wallets_transaction DEFAULT VALUES
UPDATE wallets_transaction SET status = 'COMPLETED', state = 'completed'
UPDATE wallets_transaction SET state = state
UPDATE wallets_transaction SET completed_at = now()
UPDATE wallets_transaction SET amount = 1
UPDATE wallets_transaction SET original_id = NULL
MERGE INTO wallets_transaction AS t USING wallets_journal AS j ON t.id = j.transaction_id
    WHEN MATCHED THEN UPDATE SET state = 'held', status = 'HELD'
COPY wallets_transaction FROM STDIN
SELECT id FROM wallets_transaction FOR UPDATE
SELECT id FROM wallets_transaction FOR NO KEY UPDATE
SELECT id FROM wallets_transaction FOR SHARE
INSERT INTO wallets_idempotencykey (shard, caller, key, fingerprint)
    VALUES (0, gen_random_uuid(), 'mine', '')
INSERT INTO wallets_idempotencykey (shard, caller, key, fingerprint) SELECT shard, caller, key, ''
    FROM wallets_idempotencykey ON CONFLICT (caller, key, shard) DO UPDATE SET response_status = 200
UPDATE wallets_idempotencykey SET response_status = 200, response_body = '{}'
UPDATE wallets_idempotencykey SET response_status = NULL, response_body = NULL
UPDATE wallets_idempotencykey SET transaction_id = NULL
UPDATE wallets_idempotencykey SET created_at = now() - interval '2 days'
COPY wallets_idempotencykey FROM STDIN
SELECT id FROM wallets_idempotencykey FOR UPDATE
UPDATE wallets_holdcondition SET cleared_at = now()
UPDATE wallets_holdcondition SET code = 'paused'
SELECT hold_condition_v1(hold_id, shard, code, false, NULL, 'mine') FROM wallets_holdcondition
    WHERE code = 'kyc' AND cleared_at IS NULL
SELECT hold_condition_v1(id, shard, 'mine', true, NULL, '') FROM wallets_hold
    WHERE state = 'open' AND balance_type = 'held'
SELECT answer_keep()
SELECT condition_keep()
SELECT ledger_require_left_v1(1, 0::smallint, 'GBP', 1)
SELECT ledger_take_folded_v1(1, 0::smallint, -1)
"""

MONEY_OUTSIDE = """
UPDATE wallets_receipt SET state = 'detected', transaction_id = NULL, settled_at = NULL
    WHERE state = 'credited'
UPDATE wallets_receipt SET state = 'dropped', transaction_id = NULL WHERE state = 'credited'
UPDATE wallets_receipt SET state = 'returned' WHERE state = 'credited'
UPDATE wallets_receipt SET customer_id = NULL WHERE state = 'credited'
UPDATE wallets_receipt SET settled_at = now() WHERE state = 'credited'
UPDATE wallets_receipt SET state = 'credited', settled_at = now(), transaction_id =
    (SELECT max(transaction_id) FROM wallets_receipt) WHERE state = 'detected'
UPDATE wallets_receipt SET account = 'mine'
UPDATE wallets_receipt SET amount = amount + 1
UPDATE wallets_receipt SET external_ref = external_ref || '-2'
INSERT INTO wallets_receipt (rail, external_ref, account, amount, currency_id, state,
    transaction_id, settled_at) SELECT rail, 'mine', '', amount, currency_id, 'credited',
    transaction_id, now() FROM wallets_receipt WHERE state = 'credited'
DELETE FROM wallets_receipt
TRUNCATE wallets_receipt
UPDATE wallets_withdrawal SET destination_id = destination_id
UPDATE wallets_withdrawal SET transaction_id = transaction_id
UPDATE wallets_withdrawal SET rail = 'mine'
INSERT INTO wallets_withdrawal (transaction_id, destination_id, rail, fee_mode) SELECT t.id, d.id,
    'sandbox', 'on_top' FROM wallets_transaction AS t, wallets_destination AS d
    WHERE t.type <> 'withdrawal' LIMIT 1
DELETE FROM wallets_withdrawal
UPDATE wallets_withdrawalattempt SET outcome = 'refused' WHERE outcome = 'sent'
UPDATE wallets_withdrawalattempt SET outcome = '' WHERE outcome = 'sent'
UPDATE wallets_withdrawalattempt SET reference = 'mine'
INSERT INTO wallets_withdrawalattempt (withdrawal_id, number, reference) SELECT w.id, 2,
    t.public_id || '/2' FROM wallets_withdrawal AS w JOIN wallets_transaction AS t
    ON t.id = w.transaction_id
INSERT INTO wallets_withdrawalattempt (withdrawal_id, number, reference, outcome) SELECT w.id, 1,
    t.public_id || '/1', 'refused' FROM wallets_withdrawal AS w JOIN wallets_transaction AS t
    ON t.id = w.transaction_id
DELETE FROM wallets_withdrawalattempt
UPDATE wallets_destination SET address = address
UPDATE wallets_destination SET active_from = now()
UPDATE wallets_destination SET customer_id = customer_id
UPDATE wallets_destination SET archived_at = NULL
DELETE FROM wallets_destination
"""

DECISIONS = """
UPDATE wallets_stop SET lifted_at = NULL, lifted_by = NULL WHERE lifted_at IS NOT NULL
UPDATE wallets_stop SET lifted_at = now() WHERE lifted_at IS NOT NULL
UPDATE wallets_stop SET reason = 'mine'
INSERT INTO wallets_stop (scope, value, reason, message, lifted_at)
    VALUES ('operation', 'refund', 'mine', '', now())
DELETE FROM wallets_stop
UPDATE wallets_freeze SET lifted_at = NULL, lifted_by = NULL WHERE lifted_at IS NOT NULL
UPDATE wallets_freeze SET kind = 'debit'
UPDATE wallets_freeze SET customer_id = customer_id
DELETE FROM wallets_freeze
UPDATE wallets_limit SET maximum = maximum * 2
UPDATE wallets_fee SET bps = 0
UPDATE wallets_price SET usd = 1
DELETE FROM wallets_limit
UPDATE approvals_approval SET state = 'executed', checker_id = maker_id, decided_at = now()
    WHERE state = 'pending'
UPDATE approvals_approval SET state = 'executed', decided_at = now() WHERE state = 'pending'
UPDATE approvals_approval SET state = 'pending', checker_id = NULL, decided_at = NULL, result = NULL
    WHERE state = 'rejected'
UPDATE approvals_approval SET comment = 'mine' WHERE state = 'rejected'
UPDATE approvals_approval SET payload = '{}'
UPDATE approvals_approval SET maker_id = checker_id
UPDATE approvals_approval SET expires_at = now() + interval '1 year'
INSERT INTO approvals_approval (public_id, kind, target_type, target_id, target_version, payload,
    payload_sha256, reason, state, maker_id, checker_id, decided_at, comment)
    SELECT gen_random_uuid(), kind, target_type, target_id, target_version, payload, payload_sha256,
    reason, 'rejected', maker_id, checker_id, decided_at, '' FROM approvals_approval
    WHERE state = 'rejected'
DELETE FROM approvals_approval
TRUNCATE approvals_approval
UPDATE kyc_case SET state = 'approved', tier = 1 WHERE tier = 0
UPDATE kyc_case SET tier = 3 - tier WHERE tier > 0
UPDATE kyc_case SET version = version + 1
UPDATE kyc_case SET customer_id = customer_id
INSERT INTO kyc_case (customer_id, state, tier, wanted_tier, attempts, version)
    SELECT u.id, 'approved', 2, 2, 0, 0 FROM users_user AS u WHERE u.is_staff
INSERT INTO kyc_decision (case_id, version, event, from_state, to_state, tier, actor_id, reason,
    note, documents) SELECT id, version + 1, 'claim', state, 'in_review', tier, customer_id, '',
    '', '{}' FROM kyc_case WHERE state = 'submitted'; UPDATE kyc_case SET state = 'in_review',
    version = version + 1 WHERE state = 'submitted'
UPDATE kyc_decision SET actor_id = NULL
DELETE FROM kyc_decision
DELETE FROM kyc_case
TRUNCATE kyc_case CASCADE
"""

ACCESS = """
UPDATE users_usedcode SET step = step + 1
DELETE FROM users_usedcode
UPDATE users_apikeyspend SET usd = 0
DELETE FROM users_apikeyspend
UPDATE users_apikey SET scopes = scopes
UPDATE users_apikey SET digest = digest
UPDATE users_apikey SET expires_at = now() + interval '1 year'
DELETE FROM users_apikey
DELETE FROM users_user
UPDATE events_auditevent SET actor_id = NULL
UPDATE events_outboxevent SET payload = '{}'
UPDATE integrity_run SET status = 'healthy'
DELETE FROM integrity_run
UPDATE integrity_finding SET source = 'mine'
DELETE FROM integrity_finding
DELETE FROM django_admin_log
UPDATE django_migrations SET name = 'mine'
"""

BLOCKS = {
    "operations": OPERATIONS,
    "money outside": MONEY_OUTSIDE,
    "decisions": DECISIONS,
    "access": ACCESS,
}
