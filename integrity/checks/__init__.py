"""One promise of the ledger per file; each looks into a snapshot and says what it sees."""
