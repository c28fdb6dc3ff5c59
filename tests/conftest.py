"""The cast and the stage of the tests.

The tests run as the application's role on the real PostgreSQL. Wallets and postings come from the
use cases, never from fixtures that write rows.
"""

import itertools
import time
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from allauth.account.models import EmailAddress
from django.db import connections
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker

from coinhub.core import recent
from coinhub.core.actor import Actor, system
from coinhub.core.money import Money
from coinhub.users import roles
from coinhub.users.models import User
from kyc.models import Case
from kyc.services import take_over
from wallets.models import Wallet
from wallets.selectors import currencies
from wallets.services import bootstrap, payments, wallets

PASSWORD = "correct-horse-battery"  # noqa: S105
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """Let the owner make the test database, and fill it with what every installation has."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default", "owner"})
        bootstrap.bootstrap(groups=roles.GROUPS)
        connections.close_all()
        copy_test_database(bare_database())
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        with connections["owner"]._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{bare_database()}"')
        teardown_databases(made, verbosity=0)


def bare_database() -> str:
    """Name the copy of the test database in which nobody ever commits anything."""
    return f"{connections['owner'].settings_dict['NAME']}_bare"


def copy_test_database(name: str) -> None:
    """Copy the test database, to which nobody may be connected."""
    source = connections["owner"].settings_dict["NAME"]
    with connections["owner"]._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let a test commit for good; nothing is flushed, so it makes fresh people and wallets."""
    with django_db_blocker.unblock():
        yield
        connections.close_all()


@pytest.fixture
def db(db: None) -> None:
    """Let the transaction around a test take as long as the test; those within keep their limits.

    The application's transactions end after 15 seconds, which is none of a test's that walks all
    routes on a busy machine.
    """
    if connections["default"].in_atomic_block:
        with connections["default"].cursor() as cursor:
            cursor.execute("SET LOCAL transaction_timeout = 0")


@pytest.fixture(autouse=True)
def _forget_currencies() -> None:
    currencies._known.clear()
    recent.forget_all()


def make_customer(name: str = "customer", *, kyc: str = Case.Status.APPROVED) -> User:
    """Make a customer with an identity case; every call makes a new one."""
    user = User.objects.create_user(f"{name}-{next(_numbers)}@example.com", PASSWORD, name=name)
    confirm_email(user)
    if kyc != Case.Status.NOT_STARTED:
        state = {"pending": "submitted"}.get(kyc, kyc)
        take_over.take_over(customer_ids=[user.pk], state=state)
    return user


def confirm_email(user: User) -> None:
    """Let the person's e-mail be confirmed."""
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)


def make_staff(name: str, *groups: str, superuser: bool = False) -> User:
    """Make a member of staff with the roles named."""
    from django.contrib.auth.models import Group

    user = User.objects.create_user(
        f"{name}-{next(_numbers)}@example.com", PASSWORD, is_staff=True, is_superuser=superuser
    )
    confirm_email(user)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def wallet_of(user: User, currency: str = "GBP", *, funded: str = "0") -> Wallet:
    """Open a customer's wallet and put money in through the use case."""
    wallet = wallets.open_wallet(owner_id=user.pk, currency=currency)
    if Decimal(funded):
        payments.credit(payee=wallet, amount=Money(Decimal(funded), currency), actor=system())
        wallet.refresh_from_db()
    return wallet


def gbp(amount: str) -> Money:
    """An amount in pounds."""
    return Money(Decimal(amount), "GBP")


@pytest.fixture
def actor() -> Actor:
    """CoinHub itself."""
    return system("test-request")


@pytest.fixture
def alice(db: None) -> User:
    """A customer whose identity is approved; owns nothing yet."""
    return make_customer("alice")


@pytest.fixture
def bob(db: None) -> User:
    """Another approved customer."""
    return make_customer("bob")


@pytest.fixture
def carol(db: None) -> User:
    """A customer whose identity is under review."""
    return make_customer("carol", kyc=Case.Status.PENDING)


def use_second_factor(client: Client, user: User) -> None:
    """Write into a session what is there after a second factor was used."""
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "type": "totp", "at": time.time(), "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """Give a browser in which a person has signed in, staff with their second factor."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        if user.is_staff:
            use_second_factor(client, user)
        return client

    return sign_in
