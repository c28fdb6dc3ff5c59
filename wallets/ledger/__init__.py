"""The only door to balances: drafts, posting, holds, errors."""
