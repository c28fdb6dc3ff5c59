"""Prices: what one unit of a currency was worth in US dollars."""

from django.db import models
from django.db.models import F, Q

from coinhub.core.db import ClockTimestamp, MoneyColumn, are_numbers


class Price(models.Model):
    """One row is the price of one unit of a currency in US dollars at one moment.

    ``priced_at`` is when the source said it held, ``recorded_at`` when it was written down. The
    newest row counts; none is ever changed, so that an operation can name the price it was valued
    at.

    Personal data: none.
    """

    id = models.BigAutoField(primary_key=True)
    currency = models.ForeignKey(
        "wallets.Currency", on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    usd = MoneyColumn(verbose_name="US dollars for one")
    source = models.CharField(max_length=60)
    priced_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=ClockTimestamp())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(usd__gt=0) & are_numbers("usd"), name="price_is_more_than_zero"
            ),
            models.CheckConstraint(
                condition=Q(priced_at__lte=F("recorded_at")), name="price_not_of_the_future"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="price_names_its_source"),
        ]
        indexes = [models.Index(fields=["currency", "-priced_at", "-id"], name="price_newest")]

    def __str__(self) -> str:
        return f"{self.currency_id} {self.priced_at:%Y-%m-%d %H:%M:%S}"
