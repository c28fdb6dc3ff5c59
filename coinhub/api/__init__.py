"""What every API view shares: errors, tokens, strict JSON, idempotency, pagination."""
