"""Postings: the lines of a journal."""

from django.db import models
from django.db.models import Q

from coinhub.core.db import MoneyColumn, are_numbers


class BalanceType(models.TextChoices):
    """Which balance of a wallet a posting moves."""

    AVAILABLE = "available"
    HELD = "held"
    LOCKED = "locked"
    INVESTED = "invested"


class Posting(models.Model):
    """One row is one line of a journal: a signed amount on one balance of one wallet.

    ``balance_after`` is that balance's running balance; ``seq`` is the place in the wallet's
    history, 1, 2, 3 without a gap. Never changed, never deleted.

    Personal data: none.
    """

    id = models.BigAutoField(primary_key=True)
    shard = models.SmallIntegerField()
    journal = models.ForeignKey("wallets.Journal", on_delete=models.PROTECT)
    wallet = models.ForeignKey("wallets.Wallet", on_delete=models.PROTECT, db_index=False)
    balance_type = models.CharField(max_length=9, choices=BalanceType)
    amount = MoneyColumn()
    balance_after = MoneyColumn(null=True)
    seq = models.BigIntegerField(null=True)

    class Meta:
        default_related_name = "postings"
        constraints = [
            models.UniqueConstraint(
                fields=["wallet", "seq", "shard"], name="posting_seq_once_per_wallet"
            ),
            models.CheckConstraint(
                condition=~Q(amount=0) & are_numbers("amount"),
                name="posting_amount_is_a_number_not_zero",
            ),
            models.CheckConstraint(
                condition=are_numbers("balance_after"),
                name="posting_balance_after_is_a_number",
            ),
            models.CheckConstraint(
                condition=Q(balance_type__in=BalanceType.values), name="posting_balance_type_known"
            ),
            models.CheckConstraint(
                condition=Q(seq__isnull=True) | Q(seq__gt=0), name="posting_seq_positive"
            ),
        ]
        indexes = [
            # Past balances of the types that rarely move; a payment writes nothing here.
            models.Index(
                fields=["wallet", "balance_type", "seq"],
                condition=~Q(balance_type="available"),
                name="posting_not_available",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} of journal {self.journal_id}"
