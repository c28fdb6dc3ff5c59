"""Wallets: the ledger, payments and trading."""
