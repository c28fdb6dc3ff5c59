-- folded_ahead: whether a wallet is folded up to an id that this server has not given yet: then the
-- ledger refuses to book on it and to fold it.
SELECT coalesce(max(w.folded_through) > pg_snapshot_xmax(pg_current_snapshot()), false)
  FROM wallets_wallet AS w
 WHERE w.folded_through IS NOT NULL
