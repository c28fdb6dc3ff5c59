"""API keys that stop and go on.

They stop when an account may have come into other hands, until the second factor shows otherwise.
"""

import uuid
from functools import partial
from uuid import UUID

from django.db import transaction

from coinhub.core.actor import Actor
from coinhub.core.db import ClockTimestamp, require_transaction
from coinhub.core.errors import DomainError, NotYours
from coinhub.events import audit, outbox
from coinhub.users.models import ApiKey, User
from coinhub.users.services import confirmations
from coinhub.users.services.key_notice import write_of_suspension


class ApiKeyGone(DomainError):
    """The caller revoked this key."""

    code = "API_KEY_GONE"
    status = 404
    title = "You revoked this API key"


def suspend_all(*, user: User, why: str, actor: Actor) -> int:
    """Let every API key of a person stop; say how many there were.

    Atomic: needs the caller's transaction.
    Repeat: nothing more to suspend.
    Writes: ApiKey, an audit event and an ``api_key.suspended`` event for each. An e-mail.
    """
    require_transaction()
    rows = ApiKey.objects.filter(user=user, revoked_at=None, suspended_at=None)
    keys = list(rows.select_for_update().order_by("id"))
    ApiKey.objects.filter(pk__in=[key.pk for key in keys]).update(suspended_at=ClockTimestamp())
    for key in keys:
        _tell("api_key.suspended", key, actor, why=why)
    if keys:
        transaction.on_commit(partial(write_of_suspension, user, keys), robust=True)
    return len(keys)


def resume(*, user: User, public_id: UUID, confirmation_id: UUID | None, actor: Actor) -> ApiKey:
    """Let a suspended key of one's own go on, as it was.

    Atomic: opens its own transactions; refuses to run inside another.
    Repeat: a key that works already is given back, and no confirmation is used.
    Writes: ApiKey, audit event, ``api_key.resumed`` event; Confirmation.
    Raises: NotYours, ApiKeyGone, StepUpRequired, SecondFactorNeeded.
    """
    key = ApiKey.objects.filter(user=user, public_id=public_id).first()
    if key is None:
        raise NotYours
    if key.revoked_at is not None:
        raise ApiKeyGone
    if key.suspended_at is None:
        return key
    confirmations.require(
        user=user,
        command=confirmations.RESUME_API_KEY,
        facts=facts_of(key),
        confirmation_id=confirmation_id,
        key=f"once:{uuid.uuid4()}",
        actor=actor,
    )
    with transaction.atomic():
        rows = ApiKey.objects.filter(pk=key.pk, revoked_at=None, suspended_at=key.suspended_at)
        if rows.update(suspended_at=None):
            _tell("api_key.resumed", key, actor, label=key.label)
    key.refresh_from_db()
    return key


def facts_of(key: ApiKey) -> dict[str, str]:
    """Say which key it is and what it can do, as it is shown and confirmed."""
    cap = key.spend_cap_usd
    return {
        "label": key.label,
        "begins_with": key.hint,
        "scopes": " ".join(key.scopes),
        "networks": " ".join(key.networks) or "every address",
        "daily_cap_usd": "none" if cap is None else format(cap, "f"),
    }


def _tell(event: str, key: ApiKey, actor: Actor, **told: str) -> None:
    audit.record(
        actor=actor,
        action=event,
        object_type="api_key",
        object_id=str(key.public_id),
        after=told,
    )
    outbox.tell(event=event, object_id=str(key.public_id))
