"""Folds: how the rows of folded wallets came to their balances."""

from django.db import models
from django.db.models import Q

from coinhub.core.db import ClockTimestamp, MoneyColumn, XactIdField, are_numbers


class Fold(models.Model):
    """One row says that postings of a folded wallet were added to its row.

    It took the ``postings`` of database transactions from the horizon of the row before up to
    ``horizon``, which is not included; they sum to ``amount``. ``version`` counts all postings
    folded so far and ``balance_after`` is their sum. The first row of a wallet that was not always
    folded has the horizon 0 and stands for its numbered postings. Never changed, never deleted.

    Personal data: none.
    """

    id = models.BigAutoField(primary_key=True)
    shard = models.SmallIntegerField()
    wallet = models.ForeignKey(
        "wallets.Wallet", on_delete=models.PROTECT, db_index=False, related_name="folds"
    )
    version = models.BigIntegerField()
    horizon = XactIdField(db_default=None)
    postings = models.BigIntegerField()
    amount = MoneyColumn()
    balance_after = MoneyColumn()
    folded_at = models.DateTimeField(db_default=ClockTimestamp())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["wallet", "version", "shard"], name="fold_version_once_per_wallet"
            ),
            models.CheckConstraint(
                condition=are_numbers("amount", "balance_after"), name="fold_amounts_are_numbers"
            ),
            models.CheckConstraint(
                condition=Q(postings__gt=0, version__gt=0), name="fold_takes_postings"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wallet_id} up to {self.version}"
