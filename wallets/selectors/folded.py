"""What a folded wallet has beside its row: the postings that are not folded yet."""

from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from coinhub.core.db import MoneyColumn
from wallets.models import Posting, Wallet

NOT_FOLDED = Posting.objects.filter(
    wallet=OuterRef("pk"),
    shard=OuterRef("shard"),
    seq__isnull=True,
    xact_id__gte=OuterRef("folded_through"),
).order_by()


def with_unfolded(wallets: QuerySet[Wallet]) -> QuerySet[Wallet, Any]:
    """Give wallets with ``unfolded``: what their rows do not hold yet; zero for customers."""
    amount = NOT_FOLDED.values("wallet").annotate(amount=Sum("amount")).values("amount")
    zero = Value(Decimal(0), output_field=MoneyColumn())
    return wallets.annotate(unfolded=Coalesce(Subquery(amount), zero))


def get_available(wallet: Wallet) -> Decimal:
    """Give what is available in a wallet now, folded or not."""
    found: Decimal = (
        with_unfolded(Wallet.objects.filter(pk=wallet.pk, shard=wallet.shard))
        .annotate(now=F("available") + F("unfolded"))
        .values_list("now", flat=True)
        .get()
    )
    return found


def list_to_fold() -> list[tuple[int, int]]:
    """List the folded wallets that have something to fold, as (id, shard)."""
    waiting = Wallet.objects.filter(Exists(NOT_FOLDED), folded_through__isnull=False)
    return list(waiting.order_by("pk").values_list("pk", "shard"))


def newest_postings(wallet: Wallet, count: int) -> list[Posting]:
    """List the newest postings of a wallet with their journals, folded or not.

    A folded wallet's have no number: they are in the order of the database's transactions, and
    those that were numbered before come after them.
    """
    mine = Posting.objects.filter(wallet=wallet, shard=wallet.shard).select_related("journal")
    found: list[Posting] = []
    if wallet.folded_through is not None:
        found = list(mine.filter(seq__isnull=True).order_by("-xact_id", "-pk")[:count])
    if len(found) < count:
        numbered = mine.filter(seq__isnull=False).order_by("-seq")
        found += numbered[: count - len(found)]
    return found
