"""The address book: one entry a place, a second factor for each, a day of waiting, sealed."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from coinhub.core.actor import Actor
from coinhub.core.errors import NotYours
from coinhub.events.models import AuditEvent, OutboxEvent
from coinhub.users.services import confirmations, second_factor
from coinhub.users.services.confirmations import SecondFactorNeeded, StepUpRequired
from coinhub.users.services.proofs import Proof
from tests.conftest import make_customer
from tests.stepped import Stepped
from tests.wallets.address_book import entries, open_book
from wallets.models import Destination
from wallets.policies.addresses import AddressInvalid, NetworkUnsupported
from wallets.selectors import destinations as selector
from wallets.selectors.currencies import CurrencyUnknown
from wallets.selectors.destinations import DestinationGone
from wallets.services import destinations
from wallets.services.destinations import DestinationsTooMany, Place

ETHER = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
TESTNET = "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"
PLACES = {
    "BTC": Place("My ledger", "BTC", "bitcoin", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"),
    "ETH": Place("Cold wallet", "ETH", "ethereum", ETHER.lower(), is_own=True),
    "USDT": Place("Tron wallet", "USDT", "tron", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"),
    "GBP": Place("Bank", "GBP", "iban", "GB82 WEST 1234 5698 7654 32"),
}


@pytest.fixture
def dora(db):
    """A customer with a second factor."""
    open_book()
    user = make_customer("dora")
    with transaction.atomic():
        second_factor.enrol_totp(user)
    return user


def actor_of(user):
    return Actor(kind="customer", user_id=user.pk, request_id="r-1", address="192.0.2.1")


def add(user, place=PLACES["BTC"], confirmation_id=None):
    return destinations.add(
        customer=user, wanted=place, confirmation_id=confirmation_id, actor=actor_of(user)
    )


def challenge_for(user, place=PLACES["BTC"]) -> UUID:
    with pytest.raises(StepUpRequired) as needed:
        add(user, place)
    return needed.value.members["challenge_id"]


def confirm(user, challenge):
    code = second_factor.find_unused_code(user)
    assert code, "a test can confirm twice: two codes are good at a time"
    confirmations.confirm(
        user=user, challenge_id=challenge, proof=Proof(code), actor=actor_of(user)
    )


def added(user, place=PLACES["BTC"]):
    challenge = challenge_for(user, place)
    confirm(user, challenge)
    return add(user, place, challenge).destination


def written():
    return Destination.objects.count(), OutboxEvent.objects.count(), len(mail.outbox)


class TestAdding:
    @pytest.mark.parametrize("currency", PLACES)
    def test_keeps_the_canonical_address_sealed(self, dora, currency):
        place = PLACES[currency]
        row = added(dora, place)
        canonical = {"ETH": ETHER, "GBP": "GB82WEST12345698765432"}
        assert row.address == canonical.get(currency, row.address)
        assert row.address.lower() == place.address.replace(" ", "").lower()
        assert row.masked == f"{row.address[:6]}…{row.address[-4:]}"
        with connection.cursor() as cursor:
            cursor.execute("SELECT t::text FROM wallets_destination AS t WHERE id = %s", [row.pk])
            stored = cursor.fetchone()[0]
        assert row.address not in stored
        assert row.address.encode().hex() not in stored

    def test_needs_a_confirmation_of_exactly_this_address(self, dora):
        challenge = challenge_for(dora, PLACES["BTC"])
        confirm(dora, challenge)
        with pytest.raises(StepUpRequired):
            add(dora, PLACES["GBP"], challenge)
        assert entries() == 0
        assert add(dora, PLACES["BTC"], challenge).is_new

    def test_without_or_with_an_unconfirmed_challenge_writes_nothing(self, dora):
        before = written()
        challenge = challenge_for(dora)
        for given in (None, challenge, uuid4()):
            with pytest.raises(StepUpRequired):
                add(dora, confirmation_id=given)
        assert written() == before

    def test_without_a_second_factor_is_refused(self, alice):
        open_book()
        with pytest.raises(SecondFactorNeeded):
            add(alice)
        assert entries() == 0

    def test_is_usable_a_day_later_by_the_databases_clock(self, dora, settings):
        row = added(dora)
        assert row.status == "pending"
        assert row.active_from - row.created_at >= timedelta(hours=24)
        assert row.active_from - row.created_at < timedelta(hours=24, seconds=5)
        settings.ADDRESS_COOLING_H = 0
        assert added(dora, PLACES["GBP"]).status == "active"

    def test_a_clock_of_ours_that_runs_ahead_shortens_nothing(self, dora, time_machine):
        row = added(dora)
        time_machine.move_to(timezone.now() + timedelta(days=2))
        assert selector.get_destination(dora.pk, row.public_id).status == "pending"

    def test_of_the_same_place_gives_back_the_entry(self, dora):
        row = added(dora)
        again = add(dora, Place("Other name", "BTC", "bitcoin", PLACES["BTC"].address.lower()))
        assert (again.is_new, again.destination.pk) == (False, row.pk)
        assert again.destination.label == "My ledger"
        assert entries() == 1

    def test_the_same_address_over_another_network_or_for_another_currency_is_another(self, dora):
        added(dora, PLACES["ETH"])
        challenge_for(dora, Place("Same", "USDT", "ethereum", ETHER))
        challenge_for(make_customer_with_factor(), PLACES["ETH"])

    @pytest.mark.parametrize(
        ("place", "kind"),
        [
            (Place("x", "BTC", "bitcoin", TESTNET), AddressInvalid),
            (Place("x", "BTC", "bitcoin-testnet", TESTNET), NetworkUnsupported),
            (Place("x", "BTC", "iban", "GB82WEST12345698765432"), NetworkUnsupported),
            (Place("x", "GBP", "iban", "GB82WEST12345698765433"), AddressInvalid),
            (Place("x", "PTS", "iban", "GB82WEST12345698765432"), NetworkUnsupported),
            (Place("x", "XYZ", "iban", "GB82WEST12345698765432"), CurrencyUnknown),
        ],
    )  # fmt: skip
    def test_what_is_no_place_is_refused_before_anybody_is_asked(self, dora, place, kind):
        before = written()
        with pytest.raises(kind):
            add(dora, place)
        assert written() == before
        assert not AuditEvent.objects.filter(actor_id=dora.pk).exists()

    def test_the_address_book_is_bounded(self, dora, monkeypatch):
        monkeypatch.setattr(destinations, "MOST", 1)
        added(dora)
        with pytest.raises(DestinationsTooMany):
            add(dora, PLACES["GBP"])
        assert entries() == 1
        assert not add(dora).is_new

    def test_is_recorded_and_told_without_the_address(
        self, dora, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            row = added(dora, PLACES["GBP"])
        event = AuditEvent.objects.get(action="destination.added", object_id=str(row.public_id))
        assert (event.actor_id, event.after["address"]) == (dora.pk, "GB82WE…5432")
        assert OutboxEvent.objects.filter(object_id=str(row.public_id)).count() == 1
        [letter] = mail.outbox
        assert letter.to == [dora.email]
        assert "GB82WE…5432" in letter.body
        assert row.address not in letter.body
        told = str(event.after) + str(list(OutboxEvent.objects.values_list("payload", flat=True)))
        assert row.address not in told

    def test_a_mail_that_cannot_be_sent_undoes_nothing(
        self, dora, monkeypatch, django_capture_on_commit_callbacks
    ):
        def refuse(*_, **__):
            raise ConnectionRefusedError

        monkeypatch.setattr(mail, "send_mail", refuse)
        with django_capture_on_commit_callbacks(execute=True):
            row = added(dora)
        assert selector.get_destination(dora.pk, row.public_id).label == "My ledger"


def make_customer_with_factor():
    user = make_customer("eve")
    with transaction.atomic():
        second_factor.enrol_totp(user)
    return user


class TestRemoving:
    def test_hides_it_from_its_owner_as_gone(self, dora):
        row = added(dora)
        destinations.remove(customer=dora, public_id=row.public_id, actor=actor_of(dora))
        assert list(selector.list_destinations(dora.pk)) == []
        with pytest.raises(DestinationGone):
            selector.get_destination(dora.pk, row.public_id)
        with pytest.raises(DestinationGone):
            destinations.remove(customer=dora, public_id=row.public_id, actor=actor_of(dora))
        told = AuditEvent.objects.filter(action="destination.removed")
        assert told.filter(object_id=str(row.public_id)).count() == 1

    def test_somebody_elses_and_none_are_refused_alike(self, dora, alice):
        row = added(dora)
        said = []
        for public_id in (row.public_id, uuid4()):
            with pytest.raises(NotYours) as refused:
                destinations.remove(customer=alice, public_id=public_id, actor=actor_of(alice))
            said.append((refused.value.detail, refused.value.members))
        assert said[0] == said[1]
        assert selector.get_destination(dora.pk, row.public_id).pk == row.pk

    def test_afterwards_it_can_be_added_anew_and_waits_anew(self, dora):
        first = added(dora)
        destinations.remove(customer=dora, public_id=first.public_id, actor=actor_of(dora))
        challenge = challenge_for(dora)
        confirm(dora, challenge)
        second = add(dora, confirmation_id=challenge).destination
        assert second.pk != first.pk
        assert second.active_from > first.active_from


class TestRows:
    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE wallets_destination SET active_from = now()",
            "UPDATE wallets_destination SET address = ''",
            "UPDATE wallets_destination SET customer_id = customer_id",
            "DELETE FROM wallets_destination",
            "TRUNCATE wallets_destination",
        ],
    )
    def test_the_application_may_change_nothing_but_that_it_is_archived(self, dora, change):
        row = added(dora)
        with pytest.raises(DatabaseError, match="denied"):  # noqa: SIM117
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(change)
        kept = selector.get_destination(dora.pk, row.public_id)
        assert (kept.active_from, kept.address) == (row.active_from, row.address)

    @pytest.mark.parametrize("again", ["clock_timestamp()", "NULL"])
    def test_what_is_archived_stays_archived(self, dora, again):
        row = added(dora)
        destinations.remove(customer=dora, public_id=row.public_id, actor=actor_of(dora))
        with pytest.raises(DatabaseError, match="stays as it is"):  # noqa: SIM117
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE wallets_destination SET archived_at = {again}")
        with pytest.raises(DestinationGone):
            selector.get_destination(dora.pk, row.public_id)


class TestAtTheSameTime:
    def test_two_that_add_one_place_get_one_entry(self, committed_db):
        user = make_customer_with_factor()
        challenge = challenge_for(user)
        confirm(user, challenge)
        place = destinations.read_place(PLACES["BTC"])
        with Stepped() as other:
            other.do(lambda: destinations.write(user, place, actor=actor_of(user)))
            with Stepped() as late:
                waiting = late.start(lambda: destinations.write(user, place, actor=actor_of(user)))
                other.commit()
                assert "destination_once_while_it_is_open" in str(waiting.exception(5))
        assert not add(user, confirmation_id=challenge).is_new
        assert Destination.objects.filter(customer=user).count() == 1
