"""What an old key has sealed is sealed anew with the first one, and stays what it was."""

import io

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db import transaction

from coinhub.core import vault
from coinhub.users.factor_adapter import FactorAdapter
from coinhub.users.services import second_factor
from integrity.services import resealing
from kyc.models import Details, Document
from kyc.services import documents
from tests.conftest import make_customer
from tests.kyc.conftest import by, fill_in
from tests.wallets.leaving import IBAN, place
from wallets.models import Destination

pytestmark = pytest.mark.usefixtures("copy")
NEW = {"second": bytes(range(32))}


@pytest.fixture
def ann(copy):
    """A customer with everything that is sealed, by the old key."""
    user = make_customer("ann", kyc="not_started")
    fill_in(user)
    place(user)
    with transaction.atomic():
        second_factor.enrol_totp(user)
    return user


@pytest.fixture
def rotated(ann, settings):
    """The same, with a new key in front."""
    old = dict(settings.FIELD_KEYS)
    settings.FIELD_KEYS = NEW | old
    return old


def seen(user):
    details = Details.objects.get(case__customer=user)
    pictures = [
        documents.look_at(document_id=pk, viewer=user, actor=by(user))
        for pk in Document.objects.filter(case__customer=user).values_list("pk", flat=True)
    ]
    factor = Authenticator.objects.get(user=user)
    return (
        details.full_name, details.tax_id, details.source_of_funds, pictures,
        FactorAdapter().decrypt(factor.data["secret"]),
        Destination.objects.get(customer=user).address,
    )  # fmt: skip


def run(*said):
    out = io.StringIO()
    call_command("reseal", *said, stdout=out)
    return out.getvalue()


def left():
    return {one.name: resealing.count_old(one) for one in resealing.places()}


def test_nothing_is_old_while_there_is_one_key(ann):
    assert not any(left().values())
    assert "kyc_details: 0 sealed with another key" in run()


def test_everything_opens_with_the_new_key_alone_afterwards(ann, rotated, settings):
    before = seen(ann)
    with pytest.raises(CommandError, match="sealed with another key"):
        run()
    assert all(left().values()), left()
    run("--apply")
    assert not any(left().values())
    settings.FIELD_KEYS = NEW
    assert seen(ann) == before
    assert before[-1] == IBAN


def test_a_run_that_was_broken_off_goes_on(ann, settings, monkeypatch):
    for _ in range(5):
        place(ann)
    settings.FIELD_KEYS = NEW | dict(settings.FIELD_KEYS)
    monkeypatch.setattr(resealing, "AT_ONCE", 2)
    seal, calls = vault.seal, []

    def breaks(data, *, purpose):
        calls.append(purpose)
        if calls.count("wallets_destination.address") == 4:
            raise ConnectionError
        return seal(data, purpose=purpose)

    with monkeypatch.context() as broken:
        broken.setattr(vault, "seal", breaks)
        with pytest.raises(ConnectionError):
            run("--apply")
    assert left()["wallets_destination"] == 4
    run("--apply")
    assert not any(left().values())


def test_what_no_key_opens_is_told_and_left(ann, rotated, settings):
    settings.FIELD_KEYS = {**NEW, "third": bytes(32)}
    with pytest.raises(CommandError, match="do not open"):
        run("--apply")
    settings.FIELD_KEYS = NEW | rotated
    assert seen(ann)[-1] == IBAN


def test_the_rows_of_the_address_book_are_kept_again_afterwards(ann, rotated):
    run("--apply")
    with resealing.connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tgenabled FROM pg_trigger WHERE tgname = 'destination_stays'")
        assert cursor.fetchone() == ("A",)
