"""Wallets: the rows that posting locks."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.db.models.lookups import Exact, GreaterThanOrEqual

from coinhub.core.db import ClockTimestamp, MoneyColumn, XactIdField, are_numbers, is_one_of

NOT_AVAILABLE = ("held", "locked", "invested")


class Wallet(models.Model):
    """One row is one owner's (or the house's) account in one currency.

    ``available`` is free to use, ``held`` arrived but is not usable yet, ``locked`` is committed to
    an open operation, ``invested`` is in a term product. ``version`` counts the postings and is the
    ``seq`` of the newest. Only the ledger's functions write here.

    A folded wallet has ``folded_through``: postings do not touch its row, which holds what was
    booked by database transactions below that id (``version`` counts it). Its balance is the row
    and the postings since: the relation ``wallets`` adds them.

    Personal data: ``owner``.
    """

    class Status(models.TextChoices):
        """What may move: frozen refuses to give from ``available``, closed refuses everything."""

        ACTIVE = "active"
        FROZEN = "frozen"
        CLOSED = "closed"

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(editable=False)
    shard = models.SmallIntegerField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="wallets",
    )
    currency = models.ForeignKey(
        "wallets.Currency",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    decimals = models.SmallIntegerField(
        help_text="copied from the currency, which never changes it"
    )
    code = models.CharField(  # noqa: DJ001  # unique where there is one
        max_length=40, null=True, blank=True, help_text="house wallets only"
    )
    available = MoneyColumn(default=0, db_default=0)
    held = MoneyColumn(default=0, db_default=0)
    locked = MoneyColumn(default=0, db_default=0)
    invested = MoneyColumn(default=0, db_default=0)
    total = models.GeneratedField(
        expression=F("available") + F("held") + F("locked"),
        output_field=MoneyColumn(),
        db_persist=True,
    )
    floor = MoneyColumn(
        null=True, blank=True, help_text="available never goes below; empty: no floor"
    )
    version = models.BigIntegerField(default=0, db_default=0)
    status = models.CharField(max_length=6, choices=Status, default=Status.ACTIVE)
    is_primary = models.BooleanField(default=False)
    opened_at = models.DateTimeField(db_default=ClockTimestamp())
    folded_through = XactIdField(null=True, blank=True, db_default=None)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id", "shard"], name="wallet_public_id_once"),
            models.UniqueConstraint(
                fields=["owner", "currency", "shard"], name="wallet_one_per_owner_and_currency"
            ),
            models.UniqueConstraint(
                fields=["code", "currency", "shard"], name="wallet_house_code_once_per_currency"
            ),
            models.UniqueConstraint(
                fields=["owner", "shard"],
                condition=Q(is_primary=True),
                name="wallet_one_primary_per_owner",
            ),
            # These are read again for each booking (see ``IsNumber``), so they are short.
            models.CheckConstraint(
                condition=Q(available__gte=F("floor")),  # or there is none
                name="wallet_available_not_below_floor",
            ),
            models.CheckConstraint(
                condition=Q(GreaterThanOrEqual(Least(*NOT_AVAILABLE), 0)),
                name="wallet_held_locked_invested_not_negative",
            ),
            models.CheckConstraint(
                condition=are_numbers("available", *NOT_AVAILABLE, "floor"),
                name="wallet_amounts_are_numbers",
            ),
            models.CheckConstraint(
                condition=Q(
                    owner__isnull=False,
                    code__isnull=True,
                    floor__isnull=False,
                    folded_through__isnull=True,
                )
                | Q(owner__isnull=True, code__isnull=False, is_primary=False, shard=0),
                name="wallet_of_a_customer_or_of_the_house",
            ),
            models.CheckConstraint(
                condition=Q(code__isnull=True) | Q(Exact(Greatest(*NOT_AVAILABLE), 0)),
                name="wallet_of_the_house_uses_available_only",
            ),
            models.CheckConstraint(
                condition=is_one_of("status", ["active", "frozen", "closed"]),
                name="wallet_status_known",
            ),
            models.CheckConstraint(
                condition=Q(shard__gte=0, shard__lt=1024), name="wallet_shard_0_to_1023"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code or self.owner_id} {self.currency_id}"
