"""Reading through the API: own things only, exact figures, pages and statements."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from coinhub.core.actor import system
from tests.api_client import Caller, new_key
from tests.conftest import gbp, make_staff, wallet_of
from tests.questions import questions
from wallets.models import Transaction
from wallets.services import holds, transfers
from wallets.services import wallets as wallet_services

pytestmark = pytest.mark.django_db
NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def sides(alice, bob):
    return wallet_of(alice, funded="100.00"), wallet_of(bob)


def pay(sides, amount="1.00", note=""):
    transfers.transfer(
        payer=sides[0], payee=sides[1], amount=gbp(amount), actor=system(), note=note
    )


def unused(maximum, used="0.00"):
    """A limit of which nothing is used."""
    return {"maximum": maximum, "used": used, "remaining": maximum, "frees_at": None}


class TestMe:
    def test_says_who_is_asking(self, alice, carol):
        assert Caller(alice).get("me").json() == {
            "id": str(alice.pk),
            "email": alice.email,
            "kyc_status": "approved",
            "tier": 2,
            "second_factor": False,
            "limits": {
                "per_payment_min": "0.01",
                "per_payment_max": "1000000.00",
                "payments_1h": unused("100", "0"),
                "volume_24h": unused("10000000.00"),
                "withdrawals_24h": unused("500000.00"),
            },
        }
        assert Caller(carol).get("me").json()["kyc_status"] == "pending"


class TestWallets:
    def test_show_total_as_available_held_and_locked_of_one_row(self, alice, sides, actor):
        holds.place_hold(
            payer=sides[0], payee=sides[1], amount=gbp("40.00"), purpose="card_auth", actor=actor
        )
        caller = Caller(alice)
        (wallet,) = caller.get("wallets").json()["results"]
        assert len(questions(lambda: caller.get("wallets"))) == 2  # the token, the row
        assert wallet == {
            "id": str(sides[0].public_id),
            "currency": "GBP",
            "available": "60.00",
            "held": "0.00",
            "locked": "40.00",
            "invested": "0.00",
            "total": "100.00",
            "is_primary": True,
            "status": "active",
        }
        (hold,) = caller.get(f"wallets/{wallet['id']}/holds").json()["results"]
        assert (hold["balance_type"], hold["amount"]) == ("locked", "40.00")
        assert hold["reason"] == "set aside for a card payment"

    def test_an_overdraft_is_shown_with_its_sign(self, alice, sides):
        wallet_services.grant_overdraft(sides[0], floor=gbp("-50.00").amount)
        pay(sides, "120.00")
        wallet = Caller(alice).get(f"wallets/{sides[0].public_id}").json()
        assert (wallet["available"], wallet["total"]) == ("-20.00", "-20.00")

    def test_are_listed_in_pages_of_any_length(self, alice, sides):
        for currency in ("USD", "BTC", "PTS"):
            wallet_of(alice, currency)
        caller = Caller(alice)
        whole = caller.get("wallets").json()
        first = caller.get("wallets", limit=3).json()
        second = caller.get("wallets", limit=3, cursor=first["next"]).json()
        back = caller.get("wallets", limit=2, cursor=second["previous"]).json()
        assert first["results"] + second["results"] == whole["results"]
        assert (len(whole["results"]), whole["next"], whole["previous"]) == (4, None, None)
        assert (first["previous"], second["next"]) == (None, None)
        assert back["results"] == whole["results"][1:3]

    def test_holds_are_listed_in_pages_newest_first(self, carol):
        for amount in ("1.00", "2.00", "3.00"):
            wallet = wallet_of(carol, funded=amount)
        caller, path = Caller(carol), f"wallets/{wallet.public_id}/holds"
        first = caller.get(path, limit=2).json()
        second = caller.get(path, limit=2, cursor=first["next"]).json()
        back = caller.get(path, limit=2, cursor=second["previous"]).json()
        assert [hold["amount"] for hold in first["results"]] == ["3.00", "2.00"]
        assert [hold["amount"] for hold in second["results"]] == ["1.00"]
        assert back["results"] == first["results"]
        assert (first["previous"], second["next"]) == (None, None)

    @pytest.mark.parametrize("below", ["", "/holds", "/entries", "/statement"])
    def test_somebody_elses_and_none_at_all_look_alike(self, alice, sides, below):
        told = []
        for public_id in (sides[1].public_id, NOWHERE):
            answer = Caller(alice).get(f"wallets/{public_id}{below}")
            problem = answer.json()
            assert (answer.status_code, problem["code"]) == (403, "NOT_FOUND_OR_NOT_YOURS")
            told.append({k: v for k, v in problem.items() if k not in ("instance", "request_id")})
        assert told[0] == told[1]


class TestEntries:
    def test_pages_join_and_cursors_go_both_ways(self, alice, sides):
        for _ in range(6):
            pay(sides)
        caller, path = Caller(alice), f"wallets/{sides[0].public_id}/entries"
        first = caller.get(path, limit=3).json()
        second = caller.get(path, limit=3, cursor=first["next"]).json()
        third = caller.get(path, limit=3, cursor=second["next"]).json()
        seqs = [[e["seq"] for e in page["results"]] for page in (first, second, third)]
        assert seqs == [[7, 6, 5], [4, 3, 2], [1]]
        assert (first["previous"], third["next"]) == (None, None)
        back = caller.get(path, limit=3, cursor=third["previous"]).json()
        assert back["results"] == second["results"]

    def test_a_cursor_is_good_for_its_list_only(self, alice, sides):
        for _ in range(3):
            pay(sides)
        path = f"wallets/{sides[0].public_id}/entries"
        cursor = Caller(alice).get(path, limit=1).json()["next"]
        changed = ("p" if cursor[-1] != "p" else "q") + cursor[1:]
        tries = [
            (alice, path, changed),
            (alice, path, cursor[:-1] + ("A" if cursor[-1] != "A" else "B")),
            (alice, path, "o.3"),
            (alice, "transactions", cursor),
        ]
        for person, where, shown in tries:
            answer = Caller(person).get(where, cursor=shown)
            assert answer.status_code == 400
            assert answer.json()["errors"][0]["code"] == "CURSOR_INVALID"

    def test_a_cursor_of_somebody_else_is_as_forbidden_as_their_things(self, alice, bob, sides):
        for _ in range(3):
            pay(sides)
        cursor = Caller(alice).get("transactions", limit=1).json()["next"]
        assert Caller(alice).get("transactions", cursor=cursor).status_code == 200
        answer = Caller(bob).get("transactions", cursor=cursor)
        assert (answer.status_code, answer.json()["code"]) == (403, "NOT_FOUND_OR_NOT_YOURS")

    @pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "x", "", "1e2"])
    def test_a_page_has_1_to_100_rows(self, alice, sides, limit):
        answer = Caller(alice).get(f"wallets/{sides[0].public_id}/entries", limit=limit)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == "/limit"


class TestTransactions:
    def test_filters_narrow_and_stay_with_the_cursor(self, alice, sides):
        for number in range(4):
            pay(sides, note=f"rent {number}")
        caller = Caller(alice)
        first = caller.get("transactions", q="rent", type="transfer", limit=3).json()
        assert [t["note"] for t in first["results"]] == ["rent 3", "rent 2", "rent 1"]
        other = caller.get("transactions", q="other", limit=3, cursor=first["next"])
        assert other.status_code == 400
        second = caller.get(
            "transactions", q="rent", type="transfer", limit=3, cursor=first["next"]
        ).json()
        assert [t["note"] for t in second["results"]] == ["rent 0"]
        assert second["next"] is None

    def test_a_day_given_as_the_end_is_included(self, alice, sides):
        pay(sides)
        created = Transaction.objects.latest("created_at").created_at
        caller, today = Caller(alice), created.date().isoformat()
        ask = {"type": "transfer", "from": today, "to": today}
        assert len(caller.get("transactions", **ask).json()["results"]) == 1
        assert caller.get("transactions", to="2020-01-01").json()["results"] == []

    @pytest.mark.parametrize(
        ("name", "value"),
        [("type", "gift"), ("status", "completed"), ("from", "yesterday"), ("to", "2026-02-30"),
         ("from", "2026-05-01T12:00:00"), ("to", "9999-12-31"), ("from", "0001-01-01"),
         ("from", "2026-W01-1"), ("to", "20260531"),
         ("from", "2026-05-01T12:00:00.1234567Z"), ("from", "\u0662026-05-01"), ("q", ""),
         ("currency", "G" * 13)],
    )  # fmt: skip
    def test_a_bad_filter_is_named(self, alice, name, value):
        answer = Caller(alice).get("transactions", **{name: value})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == f"/{name}"

    def test_somebody_elses_and_none_at_all_look_alike(self, carol, sides):
        pay(sides)
        txn = Transaction.objects.latest("id")
        told = set()
        for public_id in (txn.public_id, NOWHERE):
            answer = Caller(carol).get(f"transactions/{public_id}")
            told.add((answer.status_code, answer.json()["code"], answer.json()["detail"]))
        assert len(told) == 1

    def test_a_list_of_many_costs_as_many_queries_as_one_of_few(self, alice, sides):
        caller, counts = Caller(alice), []
        for _ in range(2):
            pay(sides)
            counts.append(len(questions(lambda: caller.get("transactions"))))
            for _ in range(8):
                pay(sides)
        assert counts[0] == counts[1]

    def test_the_payee_sees_nothing_of_the_payers_wallet(self, alice, bob, sides):
        pay(sides)
        (shown,) = Caller(bob).get("transactions").json()["results"]
        wallets = [p["wallet"] for j in shown["journals"] for p in j["postings"]]
        assert wallets == [str(sides[1].public_id)]
        assert str(sides[0].public_id) not in str(shown)


class TestStatement:
    def ask(self, alice, sides, **query):
        return Caller(alice).get(f"wallets/{sides[0].public_id}/statement", **query)

    def test_opens_and_closes_with_the_balances_of_those_moments(self, alice, sides):
        pay(sides, "30.00")
        today = datetime.now(UTC).date()
        shown = self.ask(alice, sides, **{"from": today.isoformat(), "to": today.isoformat()})
        statement = shown.json()
        assert (statement["opening"]["total"], statement["closing"]["total"]) == ("0.00", "70.00")
        assert [(e["direction"], e["amount"]) for e in statement["results"]] == [
            ("out", "30.00"),
            ("in", "100.00"),
        ]
        before = (today - timedelta(days=1)).isoformat()
        empty = self.ask(alice, sides, **{"from": before, "to": before}).json()
        assert (empty["results"], empty["closing"]["total"]) == ([], "0.00")

    def test_in_pages_joins(self, alice, sides):
        for _ in range(4):
            pay(sides)
        today = datetime.now(UTC).date().isoformat()
        ask = {"from": today, "to": today, "limit": 3}
        first = self.ask(alice, sides, **ask).json()
        second = self.ask(alice, sides, **ask, cursor=first["next"]).json()
        assert [e["seq"] for e in first["results"] + second["results"]] == [5, 4, 3, 2, 1]

    def test_as_csv_has_every_line_oldest_first(self, alice, sides):
        pay(sides, "30.00", note="lunch, with wine")
        answer = self.ask(alice, sides, format="csv")
        assert answer.headers["Content-Type"].startswith("text/csv")
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
        assert [(r["direction"], r["amount"], r["total_after"]) for r in rows] == [
            ("in", "100.00", "100.00"),
            ("out", "30.00", "70.00"),
        ]
        assert rows[1]["note"] == "lunch, with wine"

    def test_goes_to_the_newest_line_on_a_host_whose_clock_runs_behind(
        self, alice, sides, monkeypatch
    ):
        pay(sides, "30.00")
        caller, late = Caller(alice), timezone.now() - timedelta(minutes=3)
        monkeypatch.setattr(timezone, "now", lambda: late)
        told = caller.get(f"wallets/{sides[0].public_id}/statement").json()
        assert (told["closing"]["total"], len(told["results"])) == ("70.00", 2)

    @pytest.mark.parametrize("note", ["=1+1", "+44 20", "-1", "@SUM(A1)", " =1+1", "＝1+1"])
    def test_as_csv_holds_no_formula(self, alice, sides, note):
        pay(sides, note=note)
        text = b"".join(self.ask(alice, sides, format="csv").streaming_content).decode()
        *_, last = csv.reader(io.StringIO(text))
        assert last[-1] == f"'{note}"

    def test_as_csv_a_balance_below_zero_stays_a_number(self, alice, sides):
        wallet_services.grant_overdraft(sides[0], floor=gbp("-50.00").amount)
        pay(sides, "120.00")
        text = b"".join(self.ask(alice, sides, format="csv").streaming_content).decode()
        assert [r["total_after"] for r in csv.DictReader(io.StringIO(text))] == ["100.00", "-20.00"]

    def test_an_end_before_the_beginning_is_refused(self, alice, sides):
        answer = self.ask(alice, sides, **{"from": "2026-05-02", "to": "2026-04-30"})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == "/to"


class TestCredit:
    def ask(self, caller, customer, key=""):
        body = {"user_id": str(customer.pk), "amount": "5.00", "currency": "GBP"}
        return caller.post("test/credit", body, key=key or new_key())

    def test_staff_of_operations_credit_once_per_key(self, alice):
        caller, key = Caller(make_staff("maker", "operations")), new_key()
        first = self.ask(caller, alice, key)
        again = self.ask(caller, alice, key)
        assert (first.status_code, again.content) == (201, first.content)
        (wallet,) = Caller(alice).get("wallets").json()["results"]
        assert wallet["available"] == "5.00"
        shown = Caller(alice).get(f"transactions/{first.json()['id']}").json()
        assert shown == first.json()

    def test_a_credit_for_an_unapproved_customer_is_held(self, carol):
        answer = self.ask(Caller(make_staff("maker", "operations")), carol)
        assert (answer.status_code, answer.json()["status"]) == (201, "HELD")
        shown = Caller(carol).get(f"transactions/{answer.json()['id']}").json()
        assert shown == answer.json()

    @pytest.mark.parametrize("role", ["customer", "auditor", "kyc"])
    def test_nobody_else_credits(self, alice, bob, role):
        person = bob if role == "customer" else make_staff(role, role)
        answer = self.ask(Caller(person), alice)
        assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
        assert Caller(alice).get("wallets").json()["results"] == []

    def test_staff_and_strangers_cannot_be_credited(self, alice):
        maker = make_staff("maker", "operations")
        for customer in (maker, type(alice)(pk=NOWHERE)):
            answer = self.ask(Caller(maker), customer)
            assert (answer.status_code, answer.json()["code"]) == (403, "NOT_FOUND_OR_NOT_YOURS")
        assert not Transaction.objects.filter(payee_wallet__owner=maker).exists()

    def test_the_route_is_there_in_the_sandbox_only(self, settings):
        from importlib import reload

        from wallets.api import urls

        try:
            settings.SANDBOX = False
            assert "test-credit" not in [entry.name for entry in reload(urls).urlpatterns]
        finally:
            settings.SANDBOX = True
            assert "test-credit" in [entry.name for entry in reload(urls).urlpatterns]


class TestACapturedHold:
    def test_shows_what_was_paid_not_what_was_set_aside(self, alice, bob, sides):
        booked = holds.place_hold(
            payer=sides[0], payee=sides[1], amount=gbp("40.00"), purpose="card", actor=system()
        )
        holds.capture(hold=booked.transaction.holds.get(), amount=gbp("32.00"), actor=system())
        for person in (alice, bob):
            caller = Caller(person)
            shown = caller.get(f"transactions/{booked.transaction.public_id}").json()
            assert (shown["status"], shown["amount"]) == ("COMPLETED", "32.00")
            assert caller.get("transactions?type=hold").json()["results"] == [shown]
