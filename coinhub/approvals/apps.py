"""The app of approvals."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """Proposals that need a second person, of every kind that other apps register."""

    name = "coinhub.approvals"
    label = "approvals"

    def ready(self) -> None:
        """Make the permissions of the kinds with those of the models."""
        from django.db.models.signals import post_migrate

        from coinhub.approvals import permissions

        post_migrate.connect(permissions.make_after_migration, sender=self)
