"""Confirmations and caps are used exactly as often as they allow, however many try at once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connections, transaction

from coinhub.users.models import ApiKeySpend, Confirmation
from coinhub.users.services import api_keys, second_factor
from coinhub.users.services.api_keys import SpendCapExceeded, Wish
from coinhub.users.services.confirmations import StepUpRequired
from tests.coinhub.api.test_scopes import caller_with
from tests.coinhub.users.test_confirmations import actor_of, ask, given
from tests.conftest import make_customer

AT_ONCE = 16


@pytest.fixture
def dora(committed_db):
    """A customer with a second factor, for good."""
    user = make_customer("dora")
    with transaction.atomic():
        second_factor.enrol_totp(user)
    return user


def at_once(call):
    """Call from many threads at the same moment, each with its number; give the answers."""
    gate = threading.Barrier(AT_ONCE)

    def wait_and_call(number):
        gate.wait()
        try:
            return call(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(wait_and_call, range(AT_ONCE)))


class TestConfirmation:
    def test_lets_one_of_many_operations_through(self, dora):
        made = given(dora)

        def use(number):
            try:
                ask(dora, confirmation_id=made, key=f"another-key-{number:06d}")
            except StepUpRequired:
                return False
            return True

        assert at_once(use).count(True) == 1
        assert Confirmation.objects.get(pk=made).used_key.startswith("another-key-")

    def test_lets_every_repeat_of_one_operation_through(self, dora):
        made = given(dora)
        assert at_once(lambda _: ask(dora, confirmation_id=made)) == [None] * AT_ONCE


class TestCap:
    def test_is_never_passed_together(self, dora):
        code = given(dora, command="api_key.create", facts=api_keys.facts_of(WISH))
        key, _ = api_keys.create(user=dora, wish=WISH, confirmation_id=code, actor=actor_of(dora))

        def spend(_):
            try:
                with transaction.atomic():
                    api_keys.spend(key_id=key.pk, usd=Decimal("1"))
            except SpendCapExceeded:
                return False
            return True

        assert at_once(spend).count(True) == 5
        assert ApiKeySpend.objects.filter(api_key=key).count() == 5


WISH = Wish(label="shop", scopes=["transfer"], spend_cap_usd=Decimal("5.00"))


class TestRevocation:
    def test_ends_a_key_for_all_who_are_calling(self, dora):
        key, text = api_keys.create(
            user=dora, wish=Wish(label="busy"), confirmation_id=None, actor=actor_of(dora)
        )
        revoked_at: list[float] = []

        def call(number):
            if number == 0:
                time.sleep(0.5)
                api_keys.revoke(user=dora, public_id=key.public_id, actor=actor_of(dora))
                revoked_at.append(time.monotonic())
                return []
            caller, seen = caller_with(text), []
            until = time.monotonic() + 1.5
            while time.monotonic() < until:
                begun = time.monotonic()
                seen.append((begun, caller.get("me").status_code))
            return seen

        seen = [entry for each in at_once(call) for entry in each]
        assert {code for begun, code in seen if begun > revoked_at[0]} == {401}
        assert 200 in {code for begun, code in seen if begun < revoked_at[0]}
