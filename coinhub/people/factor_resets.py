"""Taking a lost second factor away: proposed by one member of staff, done by another."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import transaction

from coinhub.approvals import services as approvals
from coinhub.approvals.kinds import Kind, Lines
from coinhub.approvals.models import Approval
from coinhub.core.actor import Actor
from coinhub.people import grants
from coinhub.people.refusals import AccessUnchanged, OwnAccess
from coinhub.users.models import User
from coinhub.users.services import factors, second_factor

PROPOSE, APPROVE = "approvals.propose_factor_reset", "approvals.approve_factor_reset"
NAMES = {"totp": "authenticator app", "webauthn": "passkey", "recovery_codes": "recovery codes"}


def propose(*, person: User, reason: str, maker: User, actor: Actor) -> Approval:
    """Propose to take away the second factor of somebody who has lost it.

    Atomic: joins the caller's transaction, or opens its own.
    Repeat: the same proposal is refused while it waits.
    Writes: Approval, AuditEvent, ``approval.proposed`` event.
    Raises: OwnAccess, AccessUnchanged when there is none, and what ``approvals.propose`` refuses.
    """
    if person.pk == maker.pk:
        raise OwnAccess
    if not second_factor.has_second_factor(person):
        raise AccessUnchanged
    return approvals.propose(
        kind=KIND.name,
        target_type="person",
        target_id=str(person.pk),
        payload={},
        reason=reason,
        maker=maker,
        actor=actor,
    )


def _version(target_id: str) -> str:
    """Say which factors there are: a new one set up meanwhile must not be taken away."""
    rows = Authenticator.objects.filter(user_id=target_id).order_by("id")
    return "+".join(str(pk) for pk in rows.values_list("pk", flat=True)) or "none"


def _execute(approval: Approval, *, checker: User, actor: Actor) -> Mapping[str, Any]:
    person = grants.locked_person(approval.target_id)
    rows = Authenticator.objects.filter(user_id=person.pk)
    taken = sorted(NAMES.get(kind, kind) for kind in rows.values_list("type", flat=True))
    rows.delete()
    factors.note_removed(user=person, actor=actor)
    transaction.on_commit(partial(_write_to, person.email), robust=True)
    return {"taken": taken}


def _write_to(email: str | None) -> None:
    if email:
        text = (
            "Our staff took your second factor away, because we were told that it is lost. Sign in"
            " with your password and set up a new one; withdrawals wait for a day.\n\n"
            "If it was not you who asked for it, answer at once and change your password.\n"
        )
        mail.send_mail(
            "CoinHub: your second factor was taken away", text, None, [email], fail_silently=True
        )


def _describe(approval: Approval) -> Lines:
    person = User.objects.filter(pk=approval.target_id).first()
    kinds = Authenticator.objects.filter(user_id=approval.target_id).order_by("type")
    named = [NAMES.get(kind, kind) for kind in kinds.values_list("type", flat=True)]
    return [
        ("Person", str(person) if person else approval.target_id),
        ("Loses", ", ".join(named) or "nothing"),
        ("Then", "signs in with the password alone; sessions end, withdrawals wait for a day"),
    ]


KIND = Kind(
    name="factor_reset",
    title="Take a lost second factor away",
    propose_permission=PROPOSE,
    approve_permission=APPROVE,
    execute=_execute,
    describe=_describe,
    version=_version,
    parties=grants.parties,
)
