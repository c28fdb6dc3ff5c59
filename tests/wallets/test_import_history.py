"""History of other systems goes through the ledger and arrives at the balances they state."""

import csv
import gzip
import json
import os
import signal
import subprocess
import sys
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections

from coinhub.users.models import User
from tests.wallets.relations import assert_agree, assert_sums_are_zero
from wallets.models import IdempotencyKey, Journal, Posting, Transaction, Wallet
from wallets.selectors import folded, house, imports

Write = Callable[..., Path]
DATA = Path(os.environ.get("COINHUB_TEST_DATA", settings.BASE_DIR.parent / "shared" / "data"))
ACCOUNT_HEADER = (
    "account_id,seq,trans_id,date,direction,type,operation,k_symbol,amount,rounding,balance_after,"
    "partner_bank,partner_account"
)
LEG_HEADER = "block,time,tx,txid,leg,kind,account,satoshi"


def data_file(name: str) -> Path:
    """Give a file of the real test data, or skip: it is not part of the repository."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"no test data at {DATA} (COINHUB_TEST_DATA): {name}")
    return path


@pytest.fixture
def label() -> str:
    return f"t{uuid4().hex[:10]}"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a history file of the rows given."""

    def write(*rows: str, header: str = ACCOUNT_HEADER, name: str = "bank.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join([header, *rows, ""]))
        return path

    return write


def row(account: str, seq: int, amount: str, balance: str, *, rounding: str = "0.00") -> str:
    way = "debit" if amount.startswith("-") else "credit"
    return (
        f"{account},{seq},{account}0{seq},1995-03-{seq:02},{way},{way},,,{amount.lstrip('-')},"
        f"{rounding},{balance},,"
    )


def run(path: Path, *arguments: str, capsys: Any) -> tuple[int, dict[str, Any], str]:
    """Run the command and give its exit code, what it printed, and what it complained of."""
    try:
        call_command("import_history", str(path), "--json", *arguments)
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    out, err = capsys.readouterr()
    return code, json.loads(out), err


def owned(label: str) -> list[Wallet]:
    return list(Wallet.objects.filter(owner__external_ref__startswith=f"{label}:"))


def lines_of(wallet: Wallet) -> list[tuple[Decimal, Decimal | None]]:
    return list(wallet.postings.order_by("seq").values_list("amount", "balance_after"))


class TestBankHistory:
    @pytest.mark.slow
    def test_every_row_arrives_at_the_bank_s_own_balance(
        self, committed_db: None, label: str, tmp_path: Path, capsys: Any
    ) -> None:
        source = data_file("berka-sample/replay.csv.gz")
        expected = json.loads(data_file("berka-sample/expected.json").read_text())
        report = tmp_path / "report.csv"
        outside = folded.get_available(house.get_house_wallet("A.SET", "CZK"))

        differences = tmp_path / "differences.csv"

        code, told, _ = run(
            source,
            *("--label", label, "--report", str(report), "--differences", str(differences)),
            capsys=capsys,
        )

        assert code == 0
        assert (told["booked"], told["accounts"]) == (expected["rows"], expected["accounts"])
        assert told["difference_total"] == expected["rounding"]
        with differences.open(newline="") as out:
            by_size = Counter(line["difference"] for line in csv.DictReader(out))
        assert by_size == {k: n for k, n in expected["rows_by_rounding"].items() if Decimal(k)}
        assert told["differences"] == by_size.total()
        with gzip.open(source, "rt", newline="") as stated, report.open(newline="") as booked:
            bank = [
                (line["account_id"], line["trans_id"], line["balance_after"])
                for line in csv.DictReader(stated)
            ]
            ours = [
                (line["account_id"], line["trans_id"], line["balance"])
                for line in csv.DictReader(booked)
            ]
        assert ours == bank
        wallets = owned(label)
        balances = [wallet.available for wallet in wallets]
        assert sum(balances) == Decimal(expected["sum_of_final_balances"])
        assert sum(1 for b in balances if b < 0) == expected["accounts_finally_negative"]
        assert sum(1 for w in wallets if w.floor) == expected["accounts_ever_negative"]
        moved = folded.get_available(house.get_house_wallet("A.SET", "CZK")) - outside
        assert moved == -Decimal(expected["sum_of_final_balances"])
        assert_agree(*wallets)
        assert_sums_are_zero()

        code, told, _ = run(source, "--label", label, capsys=capsys)

        assert (code, told["booked"], told["known"]) == (0, 0, expected["rows"])
        assert Transaction.objects.filter(metadata__contains={"import": label}).count() == 8137

    def test_a_row_keeps_the_bank_s_date_words_and_number(
        self, db: None, write: Write, label: str, capsys: Any
    ) -> None:
        path = write("7,1,991,1993-11-30,credit,credit,,interest credited,80.10,-0.10,80.00,AB,12")
        assert run(path, "--label", label, capsys=capsys)[0] == 0
        wallet = owned(label)[0]
        journal = Journal.objects.get(postings__wallet=wallet, postings__seq=1)
        booked = journal.transaction
        assert str(journal.value_date) == "1993-11-30"
        assert (booked.type, booked.reference, booked.note) == (
            "import",
            "991",
            "interest credited",
        )
        assert booked.metadata["partner_bank"] == "AB"
        assert lines_of(wallet) == [
            (Decimal("80.10"), Decimal("80.10")),
            (Decimal("-0.10"), Decimal("80.00")),
        ]
        assert wallet.held == 0  # history arrives available, whatever the identity

    def test_the_customer_has_no_sign_in(
        self, db: None, write: Write, label: str, capsys: Any
    ) -> None:
        run(write(row("7", 1, "5.00", "5.00")), "--label", label, capsys=capsys)
        user = User.objects.get(external_ref=f"{label}:7")
        assert user.email is None
        assert not user.has_usable_password()
        assert not user.is_staff

    def test_the_floor_is_the_lowest_balance_in_the_file(
        self, db: None, write: Write, label: str, capsys: Any
    ) -> None:
        path = write(
            row("1", 1, "-10.00", "-10.00"),
            row("1", 2, "30.00", "20.00"),
            row("2", 1, "1.00", "1.00"),
        )
        assert run(path, "--label", label, capsys=capsys)[0] == 0
        floors = {w.owner.external_ref: w.floor for w in owned(label) if w.owner}
        assert floors == {f"{label}:1": Decimal("-10.00"), f"{label}:2": Decimal(0)}

    def test_a_smaller_overdraft_refuses_the_row_and_what_follows_in_that_account(
        self, db: None, write: Write, label: str, capsys: Any
    ) -> None:
        path = write(
            row("1", 1, "5.00", "5.00"),
            row("1", 2, "-15.00", "-10.00"),
            row("2", 1, "1.00", "1.00"),
            row("1", 3, "30.00", "20.00"),
        )
        code, told, _ = run(path, "--label", label, "--overdraft", "9.99", capsys=capsys)
        assert (code, told["booked"]) == (1, 2)
        assert [r["row"] for r in told["refused"]] == [2, 4]
        assert told["refused"][0]["reason"].startswith("INSUFFICIENT_FUNDS")
        assert {w.available for w in owned(label)} == {Decimal("5.00"), Decimal("1.00")}

        code, told, _ = run(path, "--label", label, "--overdraft", "10", capsys=capsys)
        assert (code, told["booked"], told["known"]) == (0, 2, 2)


BROKEN = {
    "does not add up": row("1", 2, "3.00", "9.00"),
    "is not an amount: '1e2'": row("1", 2, "1e2", "105.00"),
    "is not an amount: 'NaN'": row("1", 2, "NaN", "5.00"),
    "is not an amount: '٣'": row("1", 2, "٣", "8.00"),
    "has 2 decimals": row("1", 2, "0.001", "5.001"),
    "neither credit nor debit": row("1", 2, "3.00", "8.00").replace("credit", "kredit"),
    "rows are missing": row("1", 3, "3.00", "8.00"),
    "is not a day": row("1", 2, "3.00", "8.00").replace("1995-03-02", "2.3.1995"),
    "not as many cells": row("1", 2, "3.00", "8.00").rsplit(",", 3)[0],
}


class TestBrokenRows:
    @pytest.mark.parametrize("reason", BROKEN)
    def test_a_broken_row_is_named_and_refused_and_nothing_else_is_lost(
        self, db: None, write: Write, label: str, capsys: Any, reason: str
    ) -> None:
        path = write(row("1", 1, "5.00", "5.00"), BROKEN[reason], row("2", 1, "2.00", "2.00"))
        code, told, _ = run(path, "--label", label, capsys=capsys)
        assert (code, told["booked"]) == (1, 2)
        assert [refusal["row"] for refusal in told["refused"]] == [2]
        assert reason in told["refused"][0]["reason"]
        assert sorted(w.available for w in owned(label)) == [Decimal("2.00"), Decimal("5.00")]
        assert_sums_are_zero()

    def test_the_row_and_its_line_are_told_to_people(
        self, db: None, write: Write, label: str, capsys: Any
    ) -> None:
        path = write(
            row("1", 1, "5.00", "5.00"), row("1", 2, "1.00", "5.00"), row("1", 3, "1.00", "6.00")
        )
        with pytest.raises(SystemExit) as ended:
            call_command("import_history", str(path), "--label", label)
        assert ended.value.code == 1
        told = capsys.readouterr().err
        assert "row 2 (line 3): does not add up" in told
        assert "(1 rows of its account follow it)" in told

    def test_once_corrected_the_rest_is_booked(
        self, db: None, write: Write, label: str, capsys: Any
    ) -> None:
        good = (
            row("1", 1, "5.00", "5.00"),
            row("1", 2, "3.00", "8.00"),
            row("1", 3, "-1.00", "7.00"),
        )
        code, told, _ = run(
            write(good[0], good[1].replace("8.00", "8.01"), good[2]),
            "--label",
            label,
            capsys=capsys,
        )
        assert (code, told["booked"], len(told["refused"])) == (1, 1, 2)
        code, told, _ = run(write(*good), "--label", label, capsys=capsys)
        assert (code, told["booked"], told["known"]) == (0, 2, 1)
        assert owned(label)[0].available == Decimal("7.00")

    def test_a_row_that_says_something_else_than_the_one_booked_is_refused(
        self, db: None, write: Write, label: str, capsys: Any
    ) -> None:
        run(write(row("1", 1, "5.00", "5.00")), "--label", label, capsys=capsys)
        code, told, _ = run(write(row("1", 1, "6.00", "6.00")), "--label", label, capsys=capsys)
        assert (code, told["booked"]) == (1, 0)
        assert told["refused"][0]["reason"].startswith("IDEMPOTENCY_KEY_REUSED")
        assert owned(label)[0].available == Decimal("5.00")
        assert Posting.objects.filter(wallet__in=owned(label)).count() == 1

    def test_a_file_cut_off_in_the_middle_keeps_what_was_readable(
        self, db: None, tmp_path: Path, label: str, capsys: Any
    ) -> None:
        rows = [row(str(n), 1, "1.00", "1.00") for n in range(1, 4000)]
        whole = gzip.compress("\n".join([ACCOUNT_HEADER, *rows]).encode())
        path = tmp_path / "cut.csv.gz"
        path.write_bytes(whole[: len(whole) // 20])
        code, told, _ = run(path, "--label", label, capsys=capsys)
        assert code == 1
        assert "cannot be read from here on" in told["refused"][-1]["reason"]
        assert told["booked"] == told["refused"][-1]["row"] - 1 == len(owned(label))

    @pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "\x00\x01"])
    def test_a_file_of_another_kind_is_refused_before_anything_is_written(
        self, db: None, tmp_path: Path, label: str, content: str
    ) -> None:
        path = tmp_path / "other.csv"
        path.write_text(content)
        with pytest.raises(CommandError) as refusal:
            call_command("import_history", str(path), "--label", label)
        assert refusal.value.returncode == 2
        assert not owned(label)

    def test_a_missing_file_and_an_unknown_currency_are_refused(
        self, db: None, write: Write, label: str
    ) -> None:
        for arguments in (["no-such-file.csv"], [str(write()), "--currency", "XYZ"]):
            with pytest.raises(CommandError) as refusal:
                call_command("import_history", *arguments)
            assert refusal.value.returncode == 2


class TestLegs:
    def test_the_first_blocks_of_bitcoin_arrive_with_nothing_negative(
        self, db: None, label: str, tmp_path: Path, capsys: Any
    ) -> None:
        source = data_file("bitcoin-legs/blocks-1-255.csv.gz")
        report = tmp_path / "report.csv"
        code, told, _ = run(source, "--label", label, "--report", str(report), capsys=capsys)
        assert (code, told["booked"], told["accounts"]) == (0, 262, 262)
        with report.open(newline="") as out:
            balances = {line["account"]: Decimal(line["balance"]) for line in csv.DictReader(out)}
        assert sum(balances.values()) == 12750
        assert min(balances.values()) >= 0
        assert balances["12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S"] == 18
        wallets = owned(label)
        assert {w.floor for w in wallets} == {Decimal(0)}
        assert sum(w.available for w in wallets) == 12750
        first = Transaction.objects.get(reference__startswith="f4184fc596403b9d638783cf57adfe4c")
        assert (first.amount, first.note) == (Decimal(10), "block 170")
        assert first.journals.get().postings.count() == 3
        assert_agree(*wallets)
        assert_sums_are_zero()
        assert run(source, "--label", label, capsys=capsys)[1]["booked"] == 0

    def test_a_fee_leaves_for_the_outside(
        self, db: None, write: Write, label: str, capsys: Any
    ) -> None:
        before = folded.get_available(house.get_house_wallet("A.SET", "BTC"))
        path = write(
            "1,1231469665,0,aa,1,issue,issue,-500",
            "1,1231469665,0,aa,2,output,X,500",
            "2,1231469666,1,bb,1,input,X,-500",
            "2,1231469666,1,bb,2,output,Y,499",
            "2,1231469666,1,bb,3,fee,fee,1",
            header=LEG_HEADER,
        )
        assert run(path, "--label", label, capsys=capsys)[0] == 0
        assert sorted(w.available for w in owned(label)) == [Decimal(0), Decimal("0.00000499")]
        assert folded.get_available(house.get_house_wallet("A.SET", "BTC")) - before == Decimal(
            "-0.00000499"
        )

    @pytest.mark.parametrize(
        ("last", "reason"),
        [
            ("2,5,1,bb,2,output,Y,499", "sum to -1 satoshi"),
            ("2,5,1,bb,3,output,Y,500", "stands in place 2"),
            ("2,5,1,bb,2,gift,Y,500", "kind is none of"),
            ("2,5,1,bb,2,output,Y,5.00", "not a whole number"),
            ("2,5,1,bb,2,output,,500", "account is empty"),
        ],
    )
    def test_a_broken_transaction_is_refused_as_a_whole(
        self, db: None, write: Write, label: str, capsys: Any, last: str, reason: str
    ) -> None:
        path = write(
            "1,4,0,aa,1,issue,issue,-500",
            "1,4,0,aa,2,output,X,500",
            "2,5,1,bb,1,input,X,-500",
            last,
            header=LEG_HEADER,
        )
        code, told, _ = run(path, "--label", label, capsys=capsys)
        assert (code, told["booked"]) == (1, 1)
        assert told["refused"][0]["row"] == 3
        assert reason in told["refused"][0]["reason"]
        assert [w.available for w in owned(label)] == [Decimal("0.00000500")]

    def test_an_address_never_pays_more_than_it_has(
        self, db: None, write: Write, label: str, capsys: Any
    ) -> None:
        path = write("1,4,0,aa,1,input,X,-500", "1,4,0,aa,2,output,Y,500", header=LEG_HEADER)
        code, told, _ = run(path, "--label", label, capsys=capsys)
        assert (code, told["booked"]) == (1, 0)
        assert told["refused"][0]["reason"].startswith("INSUFFICIENT_FUNDS")
        assert {w.available for w in owned(label)} == {Decimal(0)}


class TestKill:
    @pytest.mark.slow
    def test_a_killed_import_goes_on_where_it_stopped(
        self, committed_db: None, label: str, tmp_path: Path, capsys: Any
    ) -> None:
        path = tmp_path / "long.csv"
        rows = [row(f"{1 + n % 20}", 1 + n // 20, "1.00", f"{1 + n // 20}.00") for n in range(600)]
        path.write_text("\n".join([ACCOUNT_HEADER, *rows]))
        keys = IdempotencyKey.objects.filter(caller=imports.caller_of(label))

        started = spawn(path, label)
        deadline = time.monotonic() + 60
        while keys.count() == 0 and started.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        started.send_signal(signal.SIGKILL)
        assert started.wait(10) == -signal.SIGKILL, "it was over before it could be killed"
        before = keys.count()
        assert 0 < before < 600

        code, told, _ = run(path, "--label", label, capsys=capsys)

        assert (code, told["booked"] + told["known"]) == (0, 600)
        assert told["known"] >= before
        assert keys.count() == 600
        wallets = owned(label)
        assert [w.available for w in wallets] == [Decimal(30)] * 20
        assert_agree(*wallets)

    @pytest.mark.slow
    def test_two_imports_of_one_file_at_once_book_each_row_once(
        self, committed_db: None, label: str, tmp_path: Path
    ) -> None:
        path = tmp_path / "both.csv"
        rows = [row(f"{1 + n % 10}", 1 + n // 10, "1.00", f"{1 + n // 10}.00") for n in range(300)]
        path.write_text("\n".join([ACCOUNT_HEADER, *rows]))
        both = [spawn(path, label), spawn(path, label)]
        assert [each.wait(60) for each in both] == [0, 0]
        assert [w.available for w in owned(label)] == [Decimal(30)] * 10
        assert Posting.objects.filter(wallet__in=owned(label)).count() == 300


def spawn(path: Path, label: str) -> "subprocess.Popen[bytes]":
    """Run the import in a process of its own on the test database, as the application."""
    address = urllib.parse.urlsplit(os.environ["DATABASE_URL"])
    url = address._replace(path=f"/{connections['default'].settings_dict['NAME']}").geturl()
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_OWNER_URL"}
    environment |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    return subprocess.Popen(
        [sys.executable, "-m", "django", "import_history", str(path), "--label", label],
        env=environment | {"PYTHONPATH": str(settings.BASE_DIR)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
