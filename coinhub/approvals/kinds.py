"""The kinds of approvals: what may be proposed, who may, and what happens when it is approved.

Each app registers its own kinds in ``AppConfig.ready``::

    kinds.register(Kind(name="reversal", title="Reverse a transaction", execute=..., ...))

and gives ``approvals.propose_reversal`` and ``approvals.approve_reversal`` to roles in
``coinhub/users/roles.py``; the permissions themselves are made with the migrations.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import structlog

from coinhub.approvals.models import Approval
from coinhub.approvals.refusals import KindUnknown
from coinhub.core.actor import Actor
from coinhub.users.models import User

Lines = Sequence[tuple[str, str]]
log = structlog.get_logger(__name__)


class Execute(Protocol):
    """A *step* inside the checker's transaction; what it returns is kept as the result.

    A ``DomainError`` undoes everything: the vote is not recorded, the approval stays pending.
    """

    def __call__(
        self, approval: Approval, *, checker: User, actor: Actor
    ) -> Mapping[str, Any] | None:
        """Do what was proposed."""


def same_version(target_id: str) -> str:
    """Say of a target that is never changed by others that it is what it was."""
    return ""


def nothing(approval: Approval, actor: Actor) -> None:
    """Undo nothing when a proposal ends: it has not done anything yet."""


def nobody(approval: Approval) -> Collection[UUID]:
    """Say that a proposal is about nobody in particular."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of approval.

    ``describe`` writes what will happen, as lines of (label, value) for the screen; it is asked of
    proposals that have ended, too. ``version``
    says of the target what it is now: when that differs from what it said at the proposal, the
    proposal is ``stale``. It is asked under the approval's lock and may lock the target's rows.
    ``on_end`` is called in the transaction that ends a proposal in any other way than by doing it
    (rejected, cancelled, stale, expired), for example to unfreeze money. ``parties`` are the people
    it is about: none of them may be the checker. A ``propose_permission`` of ``None`` is for what a
    customer or the system asks for.
    """

    name: str
    title: str
    execute: Execute
    describe: Callable[[Approval], Lines]
    propose_permission: str | None
    approve_permission: str
    version: Callable[[str], str] = same_version
    on_end: Callable[[Approval, Actor], None] = nothing
    parties: Callable[[Approval], Collection[UUID]] = nobody


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known; each name once."""
    if kind.name in _kinds:
        raise RuntimeError(f"there are two kinds of approval named {kind.name}")
    _kinds[kind.name] = kind


def get(name: str) -> Kind:
    """Give a kind by its name.

    Raises: KindUnknown for one that nobody registers, which is a bug.
    """
    if name not in _kinds:
        raise KindUnknown
    return _kinds[name]


def title_of(name: str) -> str:
    """Give a kind's title; a row may be older than the end of its kind."""
    return _kinds[name].title if name in _kinds else name


def describe(approval: Approval) -> Lines:
    """Say what an approval is about, for the screen, after it has ended too.

    One that its kind cannot read is shown as it stands: it must not hide those beside it.
    """
    plain = [(str(name), str(value)) for name, value in approval.payload.items()]
    if approval.kind not in _kinds:
        return plain
    try:
        return _kinds[approval.kind].describe(approval)
    except Exception:
        log.exception("approval_not_readable", id=str(approval.public_id), kind=approval.kind)
        return [("Not readable", "do not approve this; tell who runs CoinHub"), *plain]


def registered() -> list[Kind]:
    """List the kinds by name."""
    return [_kinds[name] for name in sorted(_kinds)]
