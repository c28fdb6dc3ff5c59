"""The permissions of the kinds: two for each, to propose and to approve."""

from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from coinhub.approvals import kinds
from coinhub.approvals.models import Approval


def make_after_migration(using: str, **_signal: Any) -> None:
    """Make the permissions of every registered kind; a kind needs no migration for them.

    Repeat: makes what is missing.
    Writes: Permission.
    """
    content_type = ContentType.objects.db_manager(using).get_for_model(Approval)
    for kind in kinds.registered():
        for verb in ("propose", "approve"):
            Permission.objects.using(using).get_or_create(
                content_type=content_type,
                codename=f"{verb}_{kind.name}",
                defaults={"name": f"Can {verb}: {kind.title}"},
            )
