"""The app of events."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Audit trail and outbox."""

    name = "coinhub.events"
    label = "events"
