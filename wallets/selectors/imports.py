"""What was taken over from other systems, read back from keys and postings."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from uuid import NAMESPACE_URL, UUID, uuid5

from wallets.models import BalanceType, IdempotencyKey, Posting, Transaction, Wallet

ACCOUNTS_AT_ONCE = 50  # keeps each statement short, however long the histories are


def external_ref(label: str, account: str) -> str:
    """Name the customer that an outside account becomes."""
    return f"{label}:{account}"


def caller_of(label: str) -> UUID:
    """Give the caller under whom an import's keys are kept: keys are label and row."""
    return uuid5(NAMESPACE_URL, f"coinhub:import:{label}")


def find_wallets(label: str, currency: str, accounts: Sequence[str]) -> dict[str, Wallet]:
    """Find the wallets that outside accounts have become, by account."""
    refs = {external_ref(label, account): account for account in accounts}
    found = Wallet.objects.filter(
        currency_id=currency, owner__external_ref__in=list(refs)
    ).select_related("owner")
    return {refs[str(wallet.owner.external_ref)]: wallet for wallet in found if wallet.owner}


def booked_before(label: str, keys: Sequence[str]) -> dict[str, tuple[int, bytes]]:
    """Find which rows are booked already: the transaction and what the row said, by key."""
    rows = IdempotencyKey.objects.filter(caller=caller_of(label), key__in=keys).values_list(
        "key", "transaction_id", "fingerprint"
    )
    return {key: (transaction, bytes(words)) for key, transaction, words in rows if transaction}


def balances_after(transactions: Sequence[int], wallets: Sequence[int]) -> dict[int, Decimal]:
    """Give the running balance after each transaction's last posting on one of the wallets."""
    rows = (
        Posting.objects.filter(
            journal__transaction_id__in=transactions,
            wallet_id__in=wallets,
            balance_type=BalanceType.AVAILABLE,
        )
        .order_by("wallet_id", "seq")
        .values_list("journal__transaction_id", "balance_after")
    )
    return {transaction: balance for transaction, balance in rows if balance is not None}


def list_history(
    label: str, currency: str, accounts: Sequence[str]
) -> Iterator[tuple[str, str, Decimal]]:
    """Read back account, reference and balance after every row taken over, in their order."""
    for some in _groups(accounts):
        wallets = {w.pk: name for name, w in find_wallets(label, currency, some).items()}
        rows = (
            Posting.objects.filter(
                wallet_id__in=list(wallets),
                balance_type=BalanceType.AVAILABLE,
                journal__transaction__type=Transaction.Type.IMPORT,
            )
            .order_by("wallet_id", "seq")
            .values_list(
                "wallet_id", "journal_id", "journal__transaction__reference", "balance_after"
            )
        )
        for (wallet, _), lines in groupby(rows.iterator(), key=lambda row: (row[0], row[1])):
            *_, last = lines
            yield wallets[wallet], last[2], Decimal(last[3] or 0)


def list_balances(
    label: str, currency: str, accounts: Sequence[str]
) -> Iterator[tuple[str, Decimal]]:
    """Read back each account's balance from the newest of its postings."""
    for some in _groups(accounts):
        wallets = find_wallets(label, currency, some)
        newest = dict(
            Posting.objects.filter(
                wallet_id__in=[wallet.pk for wallet in wallets.values()],
                balance_type=BalanceType.AVAILABLE,
            )
            .order_by("wallet_id", "-seq")
            .distinct("wallet_id")
            .values_list("wallet_id", "balance_after")
        )
        for account in some:
            if account in wallets:
                yield account, Decimal(newest.get(wallets[account].pk) or 0)


def _groups(accounts: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(accounts), ACCOUNTS_AT_ONCE):
        yield accounts[start : start + ACCOUNTS_AT_ONCE]
