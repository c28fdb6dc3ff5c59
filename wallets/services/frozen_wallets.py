"""Wallets that a check of the ledger found wrong: they pay nothing until two people say so."""

from collections.abc import Collection, Iterable
from uuid import UUID

import structlog
from django.db import DatabaseError, transaction

from coinhub.approvals import kinds
from coinhub.approvals import services as approvals
from coinhub.approvals.kinds import Kind, Lines
from coinhub.approvals.models import Approval
from coinhub.core.actor import Actor
from coinhub.core.db import require_transaction
from coinhub.core.errors import DomainError
from coinhub.events import audit, outbox
from coinhub.users.models import User
from wallets.ledger import wallets as ledger_wallets
from wallets.models import Currency, Stop, Wallet
from wallets.services import stops

KIND = "thaw_wallet"
MOST = 500
log = structlog.get_logger(__name__)


class WalletNotFrozen(DomainError):
    """The wallet pays already, or is closed."""

    code = "WALLET_NOT_FROZEN"
    status = 409
    title = "This wallet is not frozen"


def freeze_found(*, wallet_ids: Iterable[int], run: str, actor: Actor, **_news: object) -> int:
    """Freeze what leaves the wallets that a check found wrong, and say of how many.

    Only customers' wallets: one of the house cannot be frozen, see ``stop_found``.

    Atomic: needs the caller's transaction; one that cannot be frozen does not undo the others.
    Repeat: a wallet that is frozen stays so.
    Writes: Wallets, an AuditEvent and a ``wallet.frozen`` event each.
    """
    require_transaction()
    rows = Wallet.objects.filter(pk__in=list(wallet_ids)[:MOST], code__isnull=True)
    active = rows.filter(status=Wallet.Status.ACTIVE).select_related("owner").order_by("pk")
    return sum(_freeze(wallet, run, actor) for wallet in active)


def stop_found(
    *,
    causes: Iterable[int] = (),
    currencies: Iterable[str] = (),
    run: str,
    actor: Actor,
    **_news: object,
) -> int:
    """Stop each currency in which the house's own books were found wrong, and say how many.

    Every payment passes wallets of the house, so one that is wrong is a matter of its whole
    currency; the same holds for what is wrong in a currency and in no wallet. Two people lift it.

    Atomic: needs the caller's transaction.
    Repeat: a currency that is stopped stays so.
    Writes: as ``stops.engage``.
    """
    require_transaction()
    house = Wallet.objects.filter(pk__in=list(causes)[:MOST], code__isnull=False)
    wrong = {*house.values_list("currency_id", flat=True), *currencies}
    known = Currency.objects.filter(pk__in=wrong).order_by("pk")
    for currency in known:
        stops.engage(
            scope=Stop.Scope.CURRENCY,
            value=currency.pk,
            reason=f"The check {run} found the books of the house wrong in {currency.pk}.",
            actor=actor,
        )
    return len(known)


def propose_thaw(*, wallet_id: UUID, reason: str, maker: User, actor: Actor) -> Approval:
    """Propose to let a frozen wallet pay again.

    Atomic: joins the caller's transaction or opens one.
    Repeat: the same proposal is refused while it waits.
    Writes: Approval, AuditEvent, OutboxEvent.
    Raises: WalletNotFrozen, NotPermitted, ReasonTooShort, ApprovalExists.
    """
    wallet = Wallet.objects.filter(public_id=wallet_id, status=Wallet.Status.FROZEN).first()
    if wallet is None:
        raise WalletNotFrozen
    return approvals.propose(
        kind=KIND,
        target_type="wallet",
        target_id=str(wallet.public_id),
        payload={"currency": wallet.currency_id, "owner": str(wallet.owner_id)},
        reason=reason,
        maker=maker,
        actor=actor,
    )


def register() -> None:
    """Make the kind known; called once, at start."""
    kinds.register(
        Kind(
            name=KIND,
            title="Let a frozen wallet pay again",
            execute=_thaw,
            describe=_describe,
            version=_version_of,
            parties=_parties,
            propose_permission="approvals.propose_thaw_wallet",
            approve_permission="approvals.approve_thaw_wallet",
        )
    )


def _freeze(wallet: Wallet, run: str, actor: Actor) -> bool:
    try:
        with transaction.atomic():
            ledger_wallets.set_state(wallet, status=Wallet.Status.FROZEN)
            _tell(wallet, "frozen", actor, {"run": run})
    except (DatabaseError, DomainError):  # so wrong that the row takes no change at all
        log.exception("wallet_not_frozen", wallet=wallet.pk, run=run)
        return False
    return True


def _thaw(approval: Approval, *, checker: User, actor: Actor) -> None:
    wallet = _get(approval.target_id)
    if wallet.status != Wallet.Status.FROZEN:
        raise WalletNotFrozen
    ledger_wallets.set_state(wallet, status=Wallet.Status.ACTIVE)
    _tell(wallet, "thawed", actor, {"approval": str(approval.public_id)})


def _tell(wallet: Wallet, what: str, actor: Actor, why: dict[str, str]) -> None:
    audit.record(
        actor=actor,
        action=f"wallet.{what}",
        object_type="wallet",
        object_id=str(wallet.public_id),
        before={"status": wallet.status},
        after=why,
        shard=wallet.shard,
    )
    outbox.tell(event=f"wallet.{what}", object_id=str(wallet.public_id), payload=why)


def _get(public_id: str) -> Wallet:
    return Wallet.objects.select_related("owner").get(public_id=public_id)


def _version_of(target_id: str) -> str:
    return _get(target_id).status


def _parties(approval: Approval) -> Collection[UUID]:
    return [UUID(approval.payload["owner"])]


def _describe(approval: Approval) -> Lines:
    wallet = _get(approval.target_id)
    return [
        ("Wallet of", f"{wallet.owner} in {wallet.currency_id}"),
        ("Stands", wallet.status),
        ("Before you approve", "look at the newest run of the check: it must be healthy"),
    ]
