"""?dry_run=true: every gate, the fee and the balances as they would be, and nothing is written."""

import pytest

from coinhub.events.models import AuditEvent, OutboxEvent
from coinhub.users.models import Confirmation
from tests.api_client import Caller
from tests.coinhub.api.test_schema import require_true
from tests.conftest import make_customer, wallet_of
from wallets.models import Allowance, Destination, IdempotencyKey, Transaction, Wallet

pytestmark = pytest.mark.django_db
WRITTEN = (Transaction, Wallet, IdempotencyKey, AuditEvent, OutboxEvent, Confirmation, Allowance)


@pytest.fixture
def purse(alice):
    return wallet_of(alice, funded="100.00")


@pytest.fixture
def nothing_is_written():
    """See that a trial run leaves every table as it was."""
    seen = []

    def count():
        return [model.objects.count() for model in WRITTEN]

    def begin():
        seen.append(count())

    yield begin
    assert seen[0] == count()


def try_out(person, path, body, operation):
    answer = Caller(person).post(f"{path}?dry_run=true", body, key=None)
    assert answer.status_code == 200, answer.content
    require_true(answer, operation)
    return answer.json()


def closed(told):
    return {gate["name"]: gate["code"] for gate in told["gates"] if not gate["passed"]}


def test_of_a_transfer(purse, alice, bob, nothing_is_written):
    nothing_is_written()
    body = {"to": bob.email, "amount": "30.00", "currency": "GBP"}
    told = try_out(alice, "transfer", body, "transfer")
    assert (told["would_pass"], closed(told)) == (True, {})
    assert told["balances"]["available"] == "100.00"
    assert told["balances_after"]["available"] == "70.00"
    assert set(told["limits"]) == {"payments_1h", "volume_24h"}


def test_of_a_withdrawal_shows_what_would_be_locked(purse, alice, nothing_is_written):
    nothing_is_written()
    nowhere = "01a1fa06-9315-7829-90d6-4668bcb9c9ac"
    body = {"amount": "30.00", "currency": "GBP", "destination": nowhere}
    told = try_out(alice, "withdraw", body, "withdraw")
    assert closed(told) == {
        "ownership": "NOT_FOUND_OR_NOT_YOURS",
        "second_factor": "SECOND_FACTOR_MISSING",
    }
    assert told["would_pass"] is False
    assert (told["balances_after"]["available"], told["balances_after"]["locked"]) == (
        "70.00",
        "30.00",
    )
    assert set(told["limits"]) == {"payments_1h", "volume_24h", "withdrawals_24h"}
    assert not Destination.objects.exists()


def test_of_a_deposit_says_that_it_would_be_held_and_why(nothing_is_written):
    someone = make_customer("someone", kyc="pending")
    nothing_is_written()
    body = {"amount": "30.00", "currency": "GBP", "external_ref": "a-notice"}
    told = try_out(someone, "deposit", body, "deposit")
    assert told["would_pass"] is True
    assert "held: your identity check is not finished" in [g["detail"] for g in told["gates"]]
    assert (told["balances_after"]["held"], told["balances_after"]["available"]) == (
        "30.00",
        "0.00",
    )


def test_needs_no_key_and_takes_no_other_word(purse, alice, bob):
    body = {"to": bob.email, "amount": "30.00", "currency": "GBP"}
    for query in ("dry_run=yes", "dry_run=1", "dry_run=", "dryrun=true"):
        answer = Caller(alice).post(f"transfer?{query}", body)
        assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    answer = Caller(alice).post("transfer?dry_run=false", body, key=None)
    assert answer.json()["code"] == "IDEMPOTENCY_KEY_REQUIRED"
    assert not Transaction.objects.filter(type="transfer").exists()
