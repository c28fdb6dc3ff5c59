-- Keep a refusal as the answer of a key, unless the key was used meanwhile; a row says it was kept.
INSERT INTO wallets_idempotencykey
    (shard, caller, key, fingerprint, response_status, response_body)
VALUES (ledger_shard(%(caller)s), %(caller)s, %(key)s, %(fingerprint)s, %(status)s, %(body)s)
ON CONFLICT DO NOTHING
RETURNING id
