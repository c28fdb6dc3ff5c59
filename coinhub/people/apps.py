"""The app of people's access."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Use cases and pages by which staff look after people; the tables are those of users."""

    name = "coinhub.people"
    label = "people"

    def ready(self) -> None:
        """Register what needs a second person."""
        from coinhub.approvals import kinds
        from coinhub.people import factor_resets, grants, locks

        kinds.register(grants.KIND)
        kinds.register(locks.KIND)
        kinds.register(factor_resets.KIND)
