"""Use cases of passwords."""

from django.db import transaction

from coinhub.core.actor import Actor
from coinhub.users.models import User
from coinhub.users.services import credentials


def change_password(*, user: User, password: str, actor: Actor, is_reset: bool = False) -> None:
    """Give a person another password; who may do so was asked at the edge.

    ``is_reset`` says that it was done by a mail and not with the old password.

    Atomic: opens its own transaction.
    Writes: User, and what ``credentials.changed`` writes.
    """
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        credentials.changed(
            user=user, what="password_reset" if is_reset else "password_changed", actor=actor
        )
