"""The app of approvals."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """Proposals that need a second person, of every kind that other apps register."""

    name = "coinhub.approvals"
    label = "approvals"

    def ready(self) -> None:
        """Make the kinds' permissions with those of the models; warn when too few have one."""
        from django.db.models.signals import post_migrate

        from coinhub.approvals import permissions, selectors
        from coinhub.core import health

        health.NOTICES["approvals"] = selectors.list_notices
        post_migrate.connect(permissions.make_after_migration, sender=self)
