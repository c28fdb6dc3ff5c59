"""What was decided on a case."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from coinhub.core.db import ClockTimestamp
from kyc.models.case import Case, State


class Event(models.TextChoices):
    """What moves a case."""

    START = "start"
    SUBMIT = "submit"
    CLAIM = "claim"
    RELEASE = "release"
    REQUEST_CHANGES = "request_changes"
    RESUBMIT = "resubmit"
    APPROVE = "approve"
    REJECT = "reject"
    RESTART = "restart"
    RAISE = "raise"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    BLOCK = "block"
    UNBLOCK = "unblock"
    TAKE_OVER = "take_over"


class Decision(models.Model):
    """One row is one move of a case: who, from where to where, why.

    The database refuses a move of a case without its row here, and to change or delete one.
    ``documents`` says of documents by their ids what is wanted instead: ``{"reason", "note"}``.

    Personal data: ``actor``; ``note`` and ``documents`` may say something of the customer.
    """

    Event = Event

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    version = models.PositiveIntegerField()
    event = models.CharField(max_length=15, choices=Event)
    from_state = models.CharField(max_length=17, choices=State)
    to_state = models.CharField(max_length=17, choices=State)
    tier = models.PositiveSmallIntegerField(default=0)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    reason = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=500, blank=True)
    documents = models.JSONField(default=dict)
    occurred_at = models.DateTimeField(db_default=ClockTimestamp())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="decision_once_a_version"),
            models.CheckConstraint(condition=Q(event__in=Event.values), name="decision_known"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.from_state} to {self.to_state}"
