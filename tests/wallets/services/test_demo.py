"""The demo: promised balances, through the use cases, once."""

import time
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from coinhub.approvals.models import Approval
from coinhub.users import roles
from coinhub.users.models import User
from kyc.models import Case
from wallets.ledger import chart
from wallets.models import Currency, Hold, Journal, Posting, Transaction, Wallet
from wallets.policies import addresses
from wallets.selectors import destinations
from wallets.services import demo, demo_stage
from wallets.services import destinations as destination_services
from wallets.services.demo_places import BANK
from wallets.services.demo_story import ALICE, BOB, CAROL, DAVE

PROMISED = {
    "GBP": Decimal("10000"),
    "USD": Decimal("10000"),
    "BTC": Decimal("1"),
    "ETH": Decimal("10"),
    "USDT": Decimal("5000"),
    "PTS": Decimal("1000"),
}


def balances(email):
    """Give (available, held, locked) of a person's wallets by currency."""
    found = Wallet.objects.filter(owner__email=email)
    return {w.currency_id: (w.available, w.held, w.locked) for w in found}


def counts():
    """Count the rows that a repeat must not add to."""
    return [m.objects.count() for m in (User, Case, Wallet, Transaction, Journal, Posting, Hold)]


@pytest.fixture
def made(db):
    return demo.make_demo()


class TestPlaces:
    def test_can_be_withdrawn_to_at_once_and_come_once(self, made):
        alice = User.objects.get(email=ALICE)
        rows = list(destinations.list_destinations(alice.pk))
        assert {(row.currency_id, row.status) for row in rows} == {
            ("GBP", "active"),
            ("BTC", "active"),
            ("ETH", "active"),
            ("EUR", "active"),
            ("EUR", "pending"),
        }
        for row in rows:
            network = row.network
            assert addresses.require_address(network, row.address) == row.address
        demo.make_demo()
        assert destinations.list_destinations(alice.pk).count() == 5

    def test_elsewhere_nothing_shortens_the_waiting(self, alice, actor, settings):
        settings.SANDBOX = False
        with pytest.raises(RuntimeError, match="cooling"):
            destination_services.write(alice, BANK, actor=actor, cooling=timedelta(0))
        assert not destinations.list_destinations(alice.pk).exists()


class TestDemo:
    def test_gives_alice_and_bob_the_balances_of_the_contract(self, made):
        promised = {code: (amount, 0, 0) for code, amount in PROMISED.items()}
        assert balances(BOB) == promised
        alices = balances(ALICE)
        assert alices.pop("EUR") == (Decimal("916.40"), 0, Decimal("1303.60"))
        assert alices == promised

    def test_holds_carols_deposit_until_her_identity_is_checked(self, made):
        assert balances(CAROL) == {"GBP": (0, 500, 0)}
        hold = Hold.objects.get(wallet__owner__email=CAROL, state="open")
        assert (hold.state, hold.remaining) == ("open", 500)
        assert [(c.code, c.cleared_at) for c in hold.conditions.all()] == [("kyc", None)]
        assert Case.objects.get(customer__email=CAROL).status == "pending"

    def test_leaves_dave_with_nothing_and_staff_without_wallets(self, made):
        assert not Wallet.objects.filter(owner__email=DAVE).exists()
        assert not Case.objects.filter(customer__email=DAVE).exists()
        assert not Wallet.objects.filter(owner__is_staff=True).exists()

    @pytest.mark.parametrize(
        ("email", "group"),
        [
            ("maker@example.com", roles.OPERATIONS),
            ("checker@example.com", roles.OPERATIONS),
            ("kyc@example.com", roles.KYC),
            ("auditor@example.com", roles.AUDITOR),
        ],
    )
    def test_gives_staff_their_role(self, made, email, group):
        person = User.objects.get(email=email)
        assert person.is_staff
        assert not person.is_superuser
        assert [g.name for g in person.groups.all()] == [group]

    def test_lets_everybody_sign_in_with_the_password_of_the_contract_and_a_code(
        self, made, client, capsys
    ):
        for email in (ALICE, "admin@example.com"):
            sent = {"login": email, "password": "coinhub-demo-only", "next": "/healthz"}
            client.post("/accounts/login/", sent)
            call_command("demo_code", email)
            client.post("/accounts/2fa/authenticate/", {"code": capsys.readouterr().out.strip()})
            assert client.session["_auth_user_id"] == str(User.objects.get(email=email).pk)
            client.logout()

    def test_funds_treasury_and_reserve_in_every_currency(self, made):
        for code in (chart.TREASURY, chart.RESERVE):
            funded = Wallet.objects.filter(code=code, available__gt=0)
            assert funded.count() == Currency.objects.count()

    def test_spreads_the_history_over_past_weeks(self, made):
        days = set(Journal.objects.values_list("value_date", flat=True))
        assert len(days) > 20
        assert max(days) <= timezone.now().date()

    def test_has_every_kind_of_end_of_a_hold(self, made):
        ends = set(Hold.objects.filter(balance_type="locked").values_list("state", flat=True))
        assert ends == {"open", "captured", "voided"}

    def test_makes_nothing_twice(self, made):
        before, was = counts(), balances(ALICE)
        again = demo.make_demo()
        assert (again.people, again.steps) == ([], 0)
        assert counts() == before
        assert balances(ALICE) == was

    def test_makes_nothing_twice_when_repeated_days_later(self, made, monkeypatch):
        before = counts()
        monkeypatch.setattr("wallets.ledger.posting.LIFETIME", timedelta(seconds=-1))
        assert demo.make_demo().steps == 0
        assert counts() == before
        assert demo_stage.count_booked() == made.steps

    def test_shows_what_became_of_withdrawals(self, made):
        rows = Transaction.objects.filter(type="withdrawal", withdrawal__isnull=False)
        assert {str(row.amount.normalize()): row.state for row in rows} == {
            "8E+1": "completed",
            "40.01": "failed",
            "6E+1": "cancelled",
            "55": "cooling",
            "1.2E+3": "pending_review",
        }

    def test_shows_payments_of_every_kind_and_what_was_put_right(self, made):
        kinds = set(Transaction.objects.values_list("type", "state"))
        assert kinds >= {
            ("deposit", "held"),
            ("deposit", "completed"),
            ("transfer", "completed"),
            ("transfer", "recalled"),
            ("transfer", "reversed"),
            ("refund", "completed"),
            ("reversal", "completed"),
            ("adjustment", "completed"),
            ("hold", "completed"),
            ("hold", "cancelled"),
            ("hold", "authorised"),
        }
        suspense = Wallet.objects.get(code=chart.SUSPENSE, currency_id="GBP")
        assert suspense.available == Decimal("42")

    def test_leaves_one_proposal_to_decide(self, made):
        waiting = Approval.objects.get(state="pending")
        assert (waiting.kind, waiting.maker.email) == ("adjustment", "maker@example.com")
        demo.make_demo()
        assert Approval.objects.filter(state="pending").count() == 1

    def test_leaves_the_ledger_sound(self, made):
        said = StringIO()
        try:
            call_command("invariants", stdout=said)
        except CommandError:
            pytest.fail(said.getvalue())

    def test_is_fast(self, db):
        started = time.perf_counter()
        demo.make_demo()
        assert time.perf_counter() - started < 6  # 2 s on an idle machine

    def test_refuses_outside_the_sandbox_and_makes_nobody(self, db, settings):
        settings.SANDBOX = False
        with pytest.raises(CommandError) as refused:
            call_command("demo", stdout=StringIO())
        assert refused.value.returncode == 1
        assert not User.objects.filter(email=ALICE).exists()
