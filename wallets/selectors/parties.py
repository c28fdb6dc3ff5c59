"""Both ends of a payment, and where its payer stands, in one query."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection

from coinhub.core.db import sql_file
from coinhub.users.models import User
from kyc.models import Case
from wallets.models import Freeze, Wallet
from wallets.selectors import standings
from wallets.selectors.standings import STANDING, Standing
from wallets.selectors.wallets import RecipientUnavailable, find_recipient

# Asked by every payment, so it is written out: building it costs more than answering it. Where the
# payer stands comes along with each row, and alone where there is no wallet.
PARTIES = sql_file("wallets/sql/queries/find_parties.sql")
FIND_PARTIES = f"SELECT s.*, p.* FROM ({STANDING}) AS s LEFT JOIN ({PARTIES}) AS p ON true"  # noqa: S608  # both are files of ours
WALLET_COLUMNS = (  # in the order of the model, which ``from_db`` goes by
    "id", "public_id", "shard", "owner_id", "currency_id", "decimals", "code", "available", "held",
    "locked", "invested", "total", "floor", "version", "status", "is_primary",
)  # fmt: skip
OWNER_COLUMNS = ("id", "email", "name", "external_ref", "is_active", "is_staff")
CASE_COLUMNS = ("id", "customer_id", "status", "tier")
# Where these are in a row of FIND_PARTIES.
OF_WALLET = slice(standings.COLUMNS, standings.COLUMNS + len(WALLET_COLUMNS))
OF_OWNER = slice(OF_WALLET.stop, OF_WALLET.stop + len(OWNER_COLUMNS))
OF_CASE = slice(OF_OWNER.stop, OF_OWNER.stop + len(CASE_COLUMNS))
PUBLIC_ID = OF_WALLET.start + WALLET_COLUMNS.index("public_id")
EMAIL = OF_OWNER.start + OWNER_COLUMNS.index("email")


@dataclass(frozen=True, slots=True)
class Parties:
    """Both ends of a payment in one currency, as far as their wallets exist.

    ``standing`` is the payer's, ``freezes`` are those of whoever is paid. ``recipient`` is who is
    paid, perhaps without a wallet so far; ``refusal`` says why nobody is.
    """

    payer: Wallet | None
    payee: Wallet | None = None
    recipient: User | None = None
    freezes: frozenset[str] = frozenset()
    standing: Standing = Standing()
    refusal: RecipientUnavailable | None = None


def find_parties(owner_id: UUID, to: str, currency: str) -> Parties:
    """Find the wallets of a payment and where its payer stands, in one query.

    ``to`` is an e-mail or a wallet id. The payee comes with owner and identity case; there is none
    where a customer who can be paid has no wallet in this currency yet.
    """
    wallet_id = _as_wallet_id(to)
    wanted: dict[str, Any] = {
        **standings.wanted_of(owner_id),
        "currency": currency,
        "wallet": wallet_id,
        "email": to.strip().lower() if wallet_id is None else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(FIND_PARTIES, wanted)
        rows = cursor.fetchall()
    standing = standings.standing_in(rows[0])
    payer = payee = None
    freezes: frozenset[str] = frozenset()
    for row in rows:
        wallet = _wallet_in(row)
        if wallet is not None and _is(wallet, owner_id, currency):
            payer = wallet
        if wallet is not None and _is_meant(row, to, wallet_id):
            payee, freezes = _with_owner(wallet, row), frozenset(row[-1])
    found = partial(Parties, payer, freezes=freezes, standing=standing)
    if payee is None:
        recipient = find_recipient(to) if wallet_id is None else None
        return found(recipient=recipient, refusal=None if recipient else RecipientUnavailable())
    if not _can_receive(payee) or Freeze.Kind.FULL in freezes:
        return found(refusal=RecipientUnavailable())
    return found(payee, payee.owner)


def _wallet_in(row: tuple[Any, ...]) -> Wallet | None:
    """Make the wallet of a row, if there is one in it."""
    if row[OF_WALLET.start] is None:
        return None
    return Wallet.from_db(connection.alias, WALLET_COLUMNS, row[OF_WALLET])


def _with_owner(wallet: Wallet, row: tuple[Any, ...]) -> Wallet:
    """Give a wallet its owner and the owner's case, as far as there are any in its row."""
    if row[OF_OWNER.start] is not None:
        wallet.owner = User.from_db(connection.alias, OWNER_COLUMNS, row[OF_OWNER])
        case = row[OF_CASE]
        Case.customer.field.remote_field.set_cached_value(
            wallet.owner,
            None if case[0] is None else Case.from_db(connection.alias, CASE_COLUMNS, case),
        )
    return wallet


def _as_wallet_id(to: str) -> UUID | None:
    try:
        return UUID(to) if "@" not in to else None
    except ValueError:
        return None


def _is(wallet: Wallet, owner_id: UUID, currency: str) -> bool:
    return wallet.owner_id == owner_id and wallet.currency_id == currency


def _is_meant(row: tuple[Any, ...], to: str, wallet_id: UUID | None) -> bool:
    if wallet_id is not None:
        return bool(row[PUBLIC_ID] == wallet_id)
    return bool(row[EMAIL] == to.strip().lower())


def _can_receive(wallet: Wallet) -> bool:
    owner = wallet.owner
    return (
        owner is not None
        and owner.is_active
        and not owner.is_staff
        and wallet.status == Wallet.Status.ACTIVE
    )
