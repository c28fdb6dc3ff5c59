"""The back office's pages of the ledger."""

from wallets.admin.currencies import CurrencyAdmin
from wallets.admin.destinations import DestinationAdmin
from wallets.admin.holds import HoldAdmin
from wallets.admin.idempotency import IdempotencyKeyAdmin
from wallets.admin.journals import JournalAdmin, PostingAdmin
from wallets.admin.prices import PriceAdmin
from wallets.admin.receipts import ReceiptAdmin
from wallets.admin.standing import FreezeAdmin, StopAdmin
from wallets.admin.terms import FeeAdmin, LimitAdmin
from wallets.admin.transactions import TransactionAdmin
from wallets.admin.wallets import WalletAdmin
from wallets.admin.withdrawals import WithdrawalAdmin

__all__ = [
    "CurrencyAdmin",
    "DestinationAdmin",
    "FeeAdmin",
    "FreezeAdmin",
    "HoldAdmin",
    "IdempotencyKeyAdmin",
    "JournalAdmin",
    "LimitAdmin",
    "PostingAdmin",
    "PriceAdmin",
    "ReceiptAdmin",
    "StopAdmin",
    "TransactionAdmin",
    "WalletAdmin",
    "WithdrawalAdmin",
]
