"""What staff mean by a few typed characters: an id, an e-mail, a reference, a house code."""

import re
from decimal import Decimal

from django.db.models import Q

from coinhub.core.ids import as_number, as_uuid
from coinhub.users.models import User
from wallets.models import Transaction, Wallet

_AMOUNT = re.compile(r"(\d{1,20}\.\d{1,18}|\d{1,20}(?= ))(?: +([A-Za-z]{3,12}))?\Z", re.ASCII)
MOST = 200  # a search that means more than this is too wide to be useful


def find_wallets(term: str) -> list[int]:
    """Find wallets by number, public id, owner (id, e-mail, reference) or house code.

    The first characters of an e-mail, a reference of an owner or a code are enough. Each question
    goes to an index.
    """
    public_id, number = as_uuid(term), as_number(term)
    if public_id:
        where = Q(public_id=public_id) | Q(owner_id=public_id)
    elif number is not None and Wallet.objects.filter(pk=number).exists():
        where = Q(pk=number)
    else:
        owners = User.objects.filter(
            Q(email__startswith=term.lower()) | Q(external_ref__startswith=term)
        )
        where = Q(owner_id__in=list(owners.values_list("pk", flat=True)[:MOST]))
        where |= Q(shard=0, code__startswith=term.upper())
    return list(Wallet.objects.filter(where).values_list("pk", flat=True)[:MOST])


def find_transactions(term: str) -> Q:
    """Find transactions by number, public id, exact reference, by a wallet as above, or by amount.

    An amount has a point or names its currency: ``30.00``, ``30 GBP``; the fee may be it, too.
    """
    amount = _AMOUNT.match(term)
    if amount:
        return _by_amount(Decimal(amount[1]), (amount[2] or "").upper()) | Q(reference=term)
    public_id, number = as_uuid(term), as_number(term)
    # The index leaves out empty references, so the question says that it wants none of them.
    named = Q(reference=term) & ~Q(reference="")
    if number is not None:
        return Q(pk=number) | named
    if public_id and Transaction.objects.filter(public_id=public_id).exists():
        return Q(public_id=public_id)
    wallets = find_wallets(term)
    return Q(payer_wallet__in=wallets) | Q(payee_wallet__in=wallets) | named


def _by_amount(amount: Decimal, currency: str) -> Q:
    found = Q(amount=amount) | Q(fee=amount, fee__gt=0)
    return found & Q(currency=currency) if currency else found


def transaction_ids(term: str) -> list[int]:
    """Give the keys of the newest transactions a term means."""
    found = Transaction.objects.filter(find_transactions(term)).order_by("-pk")
    return list(found.values_list("pk", flat=True)[:MOST])
