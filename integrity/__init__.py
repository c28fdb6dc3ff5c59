"""Integrity: judges the ledger from its data, never with its code."""
