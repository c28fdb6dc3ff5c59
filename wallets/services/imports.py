"""Taking over the history of another system, row by row, through the ledger's own door."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from django.db import connection, transaction

from coinhub.core.actor import Actor
from coinhub.core.errors import DomainError, Unavailable
from coinhub.core.money import Money, total
from wallets.ledger import batches, chart
from wallets.ledger.drafts import TransactionDraft, leg
from wallets.ledger.errors import IdempotencyKeyReused
from wallets.ledger.request import MoneyRequest
from wallets.models import Currency, Transaction, Wallet
from wallets.rails import history_files
from wallets.rails.history import Entry, Refusal, refusal_after
from wallets.selectors import currencies, house, imports
from wallets.services import outside_accounts

BATCH = 250  # rows in one commit: a kill loses no more, and nobody waits long for A.SET
TRIES = 5  # of a batch that met a busy database


class BalanceDiffers(DomainError):
    """The ledger's balance after a row is not the one that the other system states."""

    code = "IMPORT_BALANCE_DIFFERS"
    title = "The balance after the row differs"


@dataclass(frozen=True, slots=True)
class Source:
    """A file to take over: where it is, its form, and the name under which its rows are kept."""

    path: Path
    form: str
    label: str
    currency: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A row whose stated balance is not what its own history adds up to, and by how much."""

    row: int
    account: str
    reference: str
    amount: Decimal


@dataclass(slots=True)
class Taken:
    """What became of the rows of a file."""

    accounts: list[str] = field(default_factory=list)
    booked: int = 0
    known: int = 0
    empty: int = 0
    differences: list[Difference] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def import_history(
    *,
    source: Source,
    actor: Actor,
    overdraft: Decimal | None = None,
    progress: Callable[[int, int], None] = lambda done, entries: None,
) -> Taken:
    """Book every row of another system's history that is not booked yet.

    Each outside account becomes a customer without sign-in, whose wallet's floor is minus
    ``overdraft``, or else the lowest balance in the file. A row's counterpart, and that of its
    rounding entry, is ``A.SET``. History goes to ``available`` whatever the identity.

    Atomic: opens its own transactions of a few hundred rows each; refuses to run inside another.
    Repeat: books only what is missing, also after a kill; a row that says something else than the
        one booked under its name is refused.
    Writes: User, Wallet; for each row IdempotencyKey, Transaction, Journal with Postings, events.
    Raises: FileUnusable, CurrencyUnknown, HouseWalletMissing, Unavailable. What is wrong with a row
        stands in the answer.
    """
    currency = currencies.get_currency(source.currency)
    settlement = house.get_house_wallet(chart.SETTLEMENT, currency.pk)
    survey = history_files.survey(source.path, source.form)
    floors = {
        account: min(Decimal(0), lowest if overdraft is None else -abs(overdraft))
        for account, lowest in survey.lowest.items()
    }
    wallets = outside_accounts.open_all(label=source.label, currency=currency.pk, floors=floors)
    booking = _Booking(source, currency, settlement, wallets, actor, Taken(list(wallets)))
    done = 0
    for batch in _batches(source):
        booking.take(batch)
        done += len(batch)
        progress(done, survey.entries)
    return booking.taken


def _batches(source: Source) -> Iterator[list[Entry | Refusal]]:
    batch: list[Entry | Refusal] = []
    for entry in history_files.entries(source.path, source.form):
        batch.append(entry)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


@dataclass(slots=True)
class _Booking:
    """Books one file batch by batch; where a batch is refused, row by row."""

    source: Source
    currency: Currency
    settlement: Wallet
    wallets: dict[str, Wallet]
    actor: Actor
    taken: Taken
    stopped: dict[str, int] = field(default_factory=dict)

    def take(self, batch: list[Entry | Refusal]) -> None:
        self.taken.refused += [entry for entry in batch if isinstance(entry, Refusal)]
        entries = [entry for entry in batch if isinstance(entry, Entry)]
        if not self._take_together(entries):
            for entry in entries:
                self._take_alone(entry)

    def _take_together(self, entries: list[Entry]) -> bool:
        if any(entry.account in self.stopped for entry in entries):
            return False
        try:
            self._book(entries)
        except Unavailable:
            raise  # no word about the rows: a later run goes on here
        except DomainError:
            return False  # one of them is refused: which, and are the others all right?
        return True

    def _take_alone(self, entry: Entry) -> None:
        account = entry.account
        if account is not None and account in self.stopped:
            refused = refusal_after(entry.row, account, self.stopped[account])
            self.taken.refused.append(refused)
            return
        try:
            self._book([entry])
        except Unavailable:
            raise
        except DomainError as refusal:
            reason = f"{refusal.code}: {refusal.detail}"
            self.taken.refused.append(Refusal(entry.row, reason, account))
            if account is not None:
                self.stopped[account] = entry.row

    def _book(self, entries: list[Entry]) -> None:
        for attempt in range(TRIES):
            try:
                with transaction.atomic(durable=True):
                    known = self._book_missing(entries)
                break
            except Unavailable:
                if attempt == TRIES - 1:
                    raise
        full = [entry for entry in entries if entry.legs]
        self.taken.empty += len(entries) - len(full)
        self.taken.known += known
        self.taken.booked += len(full) - known
        self.taken.differences += [
            Difference(entry.row, entry.account, entry.reference, entry.rounding)
            for entry in full
            if entry.rounding and entry.account is not None
        ]

    def _book_missing(self, entries: list[Entry]) -> int:
        """Book what is not booked yet, and compare the ledger with what the file states."""
        with connection.cursor() as cursor:  # two imports under one label take turns
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_lock_number(self.source.label)])
        full = [entry for entry in entries if entry.legs]
        known = imports.booked_before(self.source.label, [entry.key for entry in full])
        for entry in full:
            if entry.key in known and known[entry.key][1] != entry.fingerprint:
                raise IdempotencyKeyReused("booked before with other words under this number")
        fresh = [entry for entry in full if entry.key not in known]
        outcomes = batches.book_many(
            [(self._draft(entry), self._request(entry)) for entry in fresh],
            actor=self.actor,
            event="import.completed",
        )
        ids = {key: booked for key, (booked, _) in known.items()}
        ids |= {e.key: o.transaction_id for e, o in zip(fresh, outcomes, strict=True)}
        self._compare(full, ids)
        return len(known)

    def _compare(self, entries: list[Entry], ids: dict[str, int]) -> None:
        stated = {ids[entry.key]: entry for entry in entries if entry.account is not None}
        wallets = {self.wallets[str(entry.account)].pk for entry in stated.values()}
        booked = imports.balances_after(list(stated), list(wallets))
        for transaction_id, entry in stated.items():
            if booked.get(transaction_id) != entry.balance_after:
                raise BalanceDiffers(
                    f"the ledger has {booked.get(transaction_id)}, the file {entry.balance_after}"
                )

    def _request(self, entry: Entry) -> MoneyRequest:
        return MoneyRequest(imports.caller_of(self.source.label), entry.key, entry.fingerprint)

    def _draft(self, entry: Entry) -> TransactionDraft:
        lines = [(self._wallet(account), amount) for account, amount in entry.legs]
        payer = next(wallet for wallet, amount in lines if amount < 0)
        payees = [wallet for wallet, amount in lines if amount > 0]
        payee = next((wallet for wallet in payees if wallet.pk != payer.pk), payees[0])
        moved = total(
            amount
            for wallet, amount in lines
            if amount > 0 and (wallet.pk != payer.pk or payee.pk == payer.pk)
        )
        for _, amount in lines:
            Money(amount, self.currency.pk).require_scale(self.currency.decimals)
        return TransactionDraft(
            type=Transaction.Type.IMPORT,
            status=Transaction.Status.COMPLETED,
            state="completed",
            amount=Money(moved, self.currency.pk),
            payer=payer,
            payee=payee,
            legs=tuple(leg(wallet, amount) for wallet, amount in lines),
            shard=payee.shard if payer.code else payer.shard,
            reference=entry.reference,
            note=entry.note,
            metadata={"import": self.source.label, "row": entry.row, **entry.details},
            value_date=entry.value_date,
            transition_key=f"import:{entry.key}",
        )

    def _wallet(self, account: str | None) -> Wallet:
        return self.settlement if account is None else self.wallets[account]


def _lock_number(label: str) -> int:
    return int.from_bytes(hashlib.sha256(f"import:{label}".encode()).digest()[:8], signed=True)
