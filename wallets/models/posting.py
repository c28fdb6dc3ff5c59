"""Postings: the lines of a journal."""

from django.db import models
from django.db.models import Q

from coinhub.core.db import MoneyColumn, XactIdField, are_numbers, is_one_of


class BalanceType(models.TextChoices):
    """Which balance of a wallet a posting moves."""

    AVAILABLE = "available"
    HELD = "held"
    LOCKED = "locked"
    INVESTED = "invested"


class Posting(models.Model):
    """One row is one line of a journal: a signed amount on one balance of one wallet.

    ``balance_after`` is that balance's running balance; ``seq`` is the place in the wallet's
    history, 1, 2, 3 without a gap. A posting of a folded wallet has neither; it carries the
    ``xact_id`` of its journal instead, by which it is folded. Never changed, never deleted.

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
    xact_id = XactIdField(null=True, db_default=None)

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
                condition=is_one_of("balance_type", BalanceType.values),
                name="posting_balance_type_known",
            ),
            models.CheckConstraint(condition=Q(seq__gt=0), name="posting_seq_positive"),  # or none
            models.CheckConstraint(
                condition=Q(seq__isnull=False, balance_after__isnull=False, xact_id__isnull=True)
                | Q(
                    seq__isnull=True,
                    balance_after__isnull=True,
                    xact_id__isnull=False,
                    balance_type=BalanceType.AVAILABLE,
                ),
                name="posting_numbered_or_folded",
            ),
        ]
        indexes = [
            # What is not folded yet, and a folded wallet's history; a customer's has no entry.
            models.Index(
                fields=["wallet", "xact_id"],
                condition=Q(seq__isnull=True),
                name="posting_folded_by_xact_id",
            ),
            # Past balances of the types that rarely move; a payment writes nothing here.
            models.Index(
                fields=["wallet", "balance_type", "seq"],
                condition=~Q(balance_type="available"),
                name="posting_not_available",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} of journal {self.journal_id}"
