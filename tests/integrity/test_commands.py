"""manage reconcile, invariants and replay: what they print and how they end."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from integrity.models import Run
from tests.integrity import damages, more_damages
from wallets.models import Wallet


def run(*arguments: str) -> tuple[int, str, str]:
    """Run a management command: exit code, standard output, standard error."""
    out, err = StringIO(), StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=err)
    except CommandError as ended:
        return ended.returncode, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


VERIFY = ("reconcile", "--verify-all")
FIX = ("reconcile", "--fix-balances")
REPORT = ("reconcile", "--report")
ALL = [VERIFY, FIX, REPORT, ("invariants",), ("replay",), ("verify_start",)]


@pytest.mark.parametrize("command", ALL, ids=lambda command: " ".join(command))
class TestEveryCommand:
    def test_ends_with_0_on_a_healthy_ledger_and_prints_one_json_object(self, healthy, command):
        assert run(*command)[:1] == (0,)
        code, out, _ = run(*command, "--json")
        assert (code, json.loads(out)["status"]) == (0, "healthy")

    def test_ends_with_1_on_a_damaged_one_and_with_2_when_it_cannot_run(self, copy, plant, command):
        damages.wallet_row(plant, copy)
        assert run(*command)[0] == 1
        code, out, _ = run(*command, "--json")
        assert (code, json.loads(out)["status"]) == (1, "INTEGRITY_FAILURE")
        plant("ALTER TABLE wallets_posting RENAME TO wallets_posting_away")
        code, out, _ = run(*command, "--json")
        assert (code, json.loads(out)["status"]) == (2, "error")


class TestReconcile:
    def test_verify_all_names_source_and_place_and_keeps_the_run(self, copy, plant):
        damages.posting_amount(plant, copy)
        _, out, _ = run(*VERIFY)
        assert "posting amount changed: posting" in out
        assert f"wallet {copy.bob_gbp}" in out
        assert Run.objects.latest("id").status == Run.Status.FAILED

    def test_without_apply_nothing_is_repaired(self, copy, plant):
        damages.wallet_row(plant, copy)
        before = Wallet.objects.get(pk=copy.alice_gbp).available
        code, out, _ = run(*FIX)
        assert code == 1
        assert f"wallet {copy.alice_gbp} (GBP): would be rewritten" in out
        assert Wallet.objects.get(pk=copy.alice_gbp).available == before

    def test_apply_repairs_and_the_next_check_is_healthy(self, copy, plant):
        damages.wallet_row(plant, copy)
        code, out, _ = run(*FIX, "--apply")
        assert code == 0
        assert "1 repaired" in out
        assert run(*VERIFY)[0] == 0

    def test_apply_says_what_it_refused_and_why(self, copy, plant):
        damages.newest_posting_missing(plant, copy)
        code, out, _ = run(*FIX, "--apply")
        assert code == 1
        assert "postings are missing" in out

    def test_the_report_shows_that_what_is_outside_covers_everything(self, healthy):
        _, out, _ = run(*REPORT, "--json")
        trials = {trial["currency"]: trial for trial in json.loads(out)["trial_balance"]}
        assert trials["GBP"] == {
            "currency": "GBP",
            "customers": "620",
            "house": "1000",
            "income": "0",
            "outside": "-1620",
            "everything": "0",
        }


class TestInvariants:
    @pytest.mark.parametrize(
        ("damage", "name"),
        [
            (damages.journal_unbalanced, "I2"),
            (damages.below_floor, "I3"),
            (damages.running_balance, "I4"),
            (damages.hold_amount, "I10"),
            (damages.house_wallet_missing, "set-up"),
            (more_damages.transaction_unbooked, "I6"),
        ],
    )
    def test_the_broken_one_is_named(self, copy, plant, damage, name):
        damage(plant, copy)
        _, out, _ = run("invariants", "--json")
        assert json.loads(out)["invariants"][name]["holds"] is False

    def test_a_booking_without_its_audit_event_breaks_i7(self, copy, plant):
        plant("ALTER TABLE events_auditevent DISABLE TRIGGER ALL")
        plant(
            "DELETE FROM events_auditevent WHERE id ="
            " (SELECT max(id) FROM events_auditevent WHERE object_type = 'transaction')"
        )
        code, out, _ = run("invariants", "--json")
        judged = json.loads(out)["invariants"]
        broken = [name for name, one in judged.items() if one["holds"] is False]
        assert (code, broken) == (1, ["I7"])

    def test_a_record_that_says_another_amount_breaks_i6(self, copy, plant):
        told = plant(
            "UPDATE wallets_transaction SET amount = amount + 1 WHERE id ="
            " (SELECT min(id) FROM wallets_transaction WHERE type = 'transfer') RETURNING id"
        )[0][0]
        code, out, _ = run("invariants", "--json")
        judged = json.loads(out)["invariants"]
        broken = {name: one["findings"] for name, one in judged.items() if not one["holds"]}
        assert (code, list(broken)) == (1, ["I6"])
        assert broken["I6"][0]["place"].startswith(f"transaction {told},")

    def test_a_hold_that_outlives_its_operation_breaks_i8(self, copy, plant):
        plant(
            "UPDATE wallets_transaction SET status = 'CANCELLED', state = 'cancelled' WHERE id ="
            " (SELECT transaction_id FROM wallets_hold WHERE id = %(id)s)",
            id=copy.open_hold,
        )
        code, out, _ = run("invariants", "--json")
        judged = json.loads(out)["invariants"]
        assert (code, [name for name, one in judged.items() if not one["holds"]]) == (1, ["I8"])

    def test_a_booking_without_its_outbox_event_breaks_i9(self, copy, plant):
        plant("DELETE FROM events_outboxevent WHERE id = (SELECT max(id) FROM events_outboxevent)")
        _, out, _ = run("invariants", "--json")
        judged = json.loads(out)["invariants"]
        assert [name for name, one in judged.items() if one["holds"] is False] == ["I9"]


class TestReplay:
    def test_every_balance_is_rebuilt_from_the_journal(self, healthy):
        _, out, err = run("replay", "--json")
        told = json.loads(out)
        assert told["postings"] > 20
        assert told["difference_count"] == 0
        assert "rebuilding" in err

    def test_a_balance_that_the_journal_does_not_explain_is_told(self, copy, plant):
        damages.wallet_row(plant, copy)
        _, out, _ = run("replay", "--json")
        (difference,) = json.loads(out)["differences"]
        assert difference["wallet_id"] == copy.alice_gbp
        assert difference["stands"]["available"] == "52.250000000000000001"
        assert difference["rebuilt"]["available"] == "52.25"

    def test_the_schema_is_gone_afterwards_and_kept_on_request(self, copy):
        def schemas() -> int:
            with connections["owner"].cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname ~ '^replay_'")
                return int(cursor.fetchone()[0])

        run("replay")
        assert schemas() == 0
        run("replay", "--keep")
        assert schemas() == 1
