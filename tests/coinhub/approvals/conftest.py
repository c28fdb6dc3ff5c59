"""Approvals of a kind that only the tests have: it writes down what it was asked to do."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from coinhub.approvals import kinds, services
from coinhub.approvals.models import Approval
from coinhub.core.actor import Actor
from coinhub.core.errors import DomainError
from coinhub.events import audit
from coinhub.users import roles
from coinhub.users.models import User
from tests.conftest import make_staff

REASON = "Because the test says so"


class NotNow(DomainError):
    """What the kind refuses; no code of the product."""

    code = "REFUSED"
    status = 409


@dataclass
class Lamp:
    """The target, and what happened to it."""

    version: str = "1"
    refuses: bool = False
    about: list[Any] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    ends_with: Any = None

    def execute(self, approval: Approval, *, checker: User, actor: Actor) -> dict[str, Any]:
        audit.record(
            actor=actor, action="lamp.lit", object_type="lamp", object_id=approval.target_id
        )
        if self.refuses:
            raise NotNow
        return {"lit": approval.payload["watts"]}

    def end(self, approval: Approval, actor: Actor) -> None:
        if self.ends_with:
            self.ends_with(approval, actor)
            return
        self.ended.append(approval.state)


@pytest.fixture
def lamp(monkeypatch) -> Lamp:
    """Register the kind for one test."""
    target = Lamp()
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    kinds.register(
        kinds.Kind(
            name="lamp",
            title="Light a lamp",
            propose_permission="approvals.view_approval",
            approve_permission="approvals.view_approval",
            execute=target.execute,
            describe=lambda approval: [("Watts", str(approval.payload["watts"]))],
            version=lambda target_id: target.version,
            on_end=target.end,
            parties=lambda approval: target.about,
        )
    )
    return target


def actor_of(user: User) -> Actor:
    """A member of staff who acts."""
    return Actor(kind="staff", user_id=user.pk, request_id="test-request", address="192.0.2.7")


def propose(maker: User, *, target: str = "hall", watts: int = 40) -> Approval:
    """Propose to light a lamp."""
    return services.propose(
        kind="lamp",
        target_type="lamp",
        target_id=target,
        payload={"watts": watts},
        reason=REASON,
        maker=maker,
        actor=actor_of(maker),
    )


def approve(approval: Approval, checker: User, shown: str | None = None) -> Approval:
    """Approve what was shown."""
    return services.approve(
        approval.public_id,
        checker=checker,
        shown_sha256=approval.payload_sha256 if shown is None else shown,
        actor=actor_of(checker),
    )


@pytest.fixture
def maker(db: None) -> User:
    """A member of staff who may propose and approve."""
    return make_staff("maker", roles.OPERATIONS)


@pytest.fixture
def checker(db: None) -> User:
    """Another one."""
    return make_staff("checker", roles.OPERATIONS)
