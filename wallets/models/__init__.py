"""Tables of the ledger and of the business records on it."""

from wallets.models.allowance import Allowance
from wallets.models.currency import Currency
from wallets.models.destination import Destination
from wallets.models.fee import Fee
from wallets.models.fold import Fold
from wallets.models.hold import Hold, HoldCondition
from wallets.models.idempotency import IdempotencyKey
from wallets.models.journal import Journal
from wallets.models.limit import Limit
from wallets.models.posting import BalanceType, Posting
from wallets.models.price import Price
from wallets.models.receipt import Receipt
from wallets.models.stop import Freeze, Stop
from wallets.models.transaction import Transaction
from wallets.models.wallet import Wallet
from wallets.models.withdrawal import Withdrawal, WithdrawalAttempt

__all__ = [
    "Allowance",
    "BalanceType",
    "Currency",
    "Destination",
    "Fee",
    "Fold",
    "Freeze",
    "Hold",
    "HoldCondition",
    "IdempotencyKey",
    "Journal",
    "Limit",
    "Posting",
    "Price",
    "Receipt",
    "Stop",
    "Transaction",
    "Wallet",
    "Withdrawal",
    "WithdrawalAttempt",
]
