"""The back office's pages of the ledger."""

from wallets.admin.currencies import CurrencyAdmin
from wallets.admin.holds import HoldAdmin
from wallets.admin.idempotency import IdempotencyKeyAdmin
from wallets.admin.journals import JournalAdmin, PostingAdmin
from wallets.admin.transactions import TransactionAdmin
from wallets.admin.wallets import WalletAdmin

__all__ = [
    "CurrencyAdmin",
    "HoldAdmin",
    "IdempotencyKeyAdmin",
    "JournalAdmin",
    "PostingAdmin",
    "TransactionAdmin",
    "WalletAdmin",
]
