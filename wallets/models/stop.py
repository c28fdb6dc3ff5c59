"""Emergency stops and freezes: what does not move for now."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from coinhub.core.db import ClockTimestamp


class Stop(models.Model):
    """One row stops everything, one operation or one currency, until it is lifted.

    The posting functions read it in the transaction of the money, so it holds from the next request
    on. Rows stay; lifting is the only change.

    Personal data: ``engaged_by``, ``lifted_by``.
    """

    class Scope(models.TextChoices):
        """What is stopped; ``value`` names the operation or the currency."""

        ALL = "all"
        OPERATION = "operation"
        CURRENCY = "currency"

    id = models.BigAutoField(primary_key=True)
    scope = models.CharField(max_length=9, choices=Scope)
    value = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=500)
    message = models.CharField(max_length=200, help_text="what customers are told")
    engaged_by = models.UUIDField(null=True, blank=True)
    engaged_at = models.DateTimeField(db_default=ClockTimestamp())
    lifted_by = models.UUIDField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "value"],
                condition=Q(lifted_at__isnull=True),
                name="stop_once_for_each_thing",
            ),
            models.CheckConstraint(
                condition=Q(scope="all", value="")
                | Q(scope__in=["operation", "currency"]) & ~Q(value=""),
                name="stop_names_what_it_stops",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.value}".strip()


class Freeze(models.Model):
    """One row keeps a customer from paying, from being paid, or from both, until it is lifted.

    A debit freeze refuses what leaves; a credit freeze lets what arrives wait in ``held`` with the
    condition ``compliance``. Rows stay; lifting is the only change.

    Personal data: ``customer``, ``reason``, ``frozen_by``, ``lifted_by``.
    """

    class Kind(models.TextChoices):
        """Which way is closed."""

        DEBIT = "debit"
        CREDIT = "credit"
        FULL = "full"

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="freezes"
    )
    kind = models.CharField(max_length=6, choices=Kind)
    reason = models.CharField(max_length=500)
    review_on = models.DateField(
        help_text="when somebody looks at it again; it does not lift itself"
    )
    frozen_by = models.UUIDField(null=True, blank=True)
    frozen_at = models.DateTimeField(db_default=ClockTimestamp())
    lifted_by = models.UUIDField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "kind"],
                condition=Q(lifted_at__isnull=True),
                name="freeze_once_for_each_way",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["debit", "credit", "full"]), name="freeze_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.kind}"
