"""What django-hordak's clients repeat: its own transfer between two accounts."""

import random
from collections.abc import Callable

ACCOUNTS = 200  # its models are imported late: only processes with its settings can


def prepare(case: str, stage: object) -> Callable[[random.Random, str], object]:
    """Give what is repeated; accounts are looked up once, as CoinHub's wallets are."""
    from hordak.models import Account
    from moneyed import Money

    accounts = list(Account.objects.order_by("pk"))
    amount = Money("0.01", "GBP")

    def act(chance: random.Random, name: str) -> object:
        payer = chance.choice(accounts[: ACCOUNTS // 2])
        return payer.transfer_to(chance.choice(accounts[ACCOUNTS // 2 :]), amount)

    return act


def build() -> None:
    """Make the tables and the accounts; run in a process with hordak's settings."""
    import django
    from django.core.management import call_command

    django.setup()
    from hordak.models import Account

    call_command("migrate", verbosity=0, interactive=False)
    for place in range(ACCOUNTS):
        Account.objects.create(name=f"Account {place}", type="LI", currencies=["GBP"])
