"""What django-hordak's clients repeat: its own transfer between two accounts.

Its models are imported late: only processes with its settings can.
"""

import random
from collections.abc import Callable

ACCOUNTS = 200
FUNDS = "1000000.00"


def prepare(case: str, stage: object) -> Callable[[random.Random, str], object]:
    """Give what is repeated; accounts are looked up once, as CoinHub's wallets are.

    ``hordak`` is its transfer alone. ``hordak_checked`` also does what a wallet cannot go without:
    it locks the payer's account and looks at the balance first.
    """
    from django.db import transaction
    from hordak.models import Account
    from moneyed import Money

    accounts = list(Account.objects.filter(type="LI").order_by("pk"))
    payers, payees = accounts[: ACCOUNTS // 2], accounts[ACCOUNTS // 2 :]
    amount = Money("0.01", "GBP")

    def alone(chance: random.Random, name: str) -> object:
        # Between liabilities the one it is called on gets more.
        return chance.choice(payees).transfer_to(chance.choice(payers), amount)

    def checked(chance: random.Random, name: str) -> object:
        payer, payee = chance.choice(payers), chance.choice(payees)
        with transaction.atomic():
            locked = Account.objects.select_for_update().get(pk=payer.pk)
            if locked.get_balance() < amount:
                raise ValueError("refused")
            return payee.transfer_to(locked, amount)

    return {"hordak": alone, "hordak_checked": checked}[case]


def build() -> None:
    """Make the tables and the accounts; run in a process with hordak's settings."""
    import django
    from django.core.management import call_command

    django.setup()
    from hordak.models import Account
    from moneyed import Money

    call_command("migrate", verbosity=0, interactive=False)
    bank = Account.objects.create(name="Bank", type="AS", currencies=["GBP"])
    for place in range(ACCOUNTS):
        account = Account.objects.create(name=f"Account {place}", type="LI", currencies=["GBP"])
        account.transfer_to(bank, Money(FUNDS, "GBP"))
