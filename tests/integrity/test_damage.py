"""Damage planted as superuser is named by its source and smallest place, and not repaired away.

Each kind is planted once, in a copy; the tests of one kind run one after the other on it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from coinhub.core.actor import system
from coinhub.events.models import AuditEvent
from integrity.checks.found import Found
from integrity.models import Finding, Run
from integrity.services.check import Checked, check
from integrity.services.repair import repair_all
from tests.integrity import damages, more_damages
from tests.integrity.conftest import Plant, copied, planting
from tests.integrity.damages import TWELVE, Expected
from tests.integrity.more_damages import MORE
from wallets.models import Wallet

PLACES = ("wallet_id", "journal_id", "posting_id", "hold_id", "seq")
# Only here the row is wrong and the postings behind it are sound.
WRONG_ROWS = [
    damages.wallet_row,
    more_damages.house_row,
    more_damages.held_on_the_row,
    more_damages.not_a_number,
]


@dataclass
class Damaged:
    """A copy with one damage, and what was there before."""

    kind: object
    expected: Expected
    plant: Plant
    rows_before: list[tuple[object, ...]]
    kept_before: list[tuple[object, ...]]


@pytest.fixture(scope="module", params=TWELVE + MORE, ids=lambda damage: damage.__name__)
def damaged(request, ledger, django_db_blocker) -> Iterator[Damaged]:
    with copied(ledger, django_db_blocker) as copy, planting(copy) as plant:
        before = rows()
        expected = request.param(plant, copy)
        yield Damaged(request.param, expected, plant, before, kept(plant))


def judge() -> Checked:
    return check(actor=system("test"), trigger=Run.Trigger.COMMAND)


def rows() -> list[tuple[object, ...]]:
    names = ("id", "available", "held", "locked", "version")
    return list(Wallet.objects.order_by("id").values_list(*names))


def kept(plant: Plant) -> list[tuple[object, ...]]:
    """A digest of every row that no repair may touch."""
    return [
        plant(f"SELECT count(*), md5(string_agg(t::text, ',' ORDER BY t.id)) FROM wallets_{name} t")
        for name in ("posting", "journal", "hold", "transaction")
    ]


def is_place(found: Found, expected: Expected) -> bool:
    given = [(getattr(found, name), getattr(expected, name)) for name in PLACES]
    return expected.place in found.place and all(b in (None, a) for a, b in given)


def test_the_ledger_is_healthy_before_it_is_damaged(healthy):
    checked = judge()
    assert checked.findings == []
    assert checked.run.checked_postings > 20


def test_it_is_named_by_source_and_place(damaged):
    expected, checked = damaged.expected, judge()
    causes = [found for found in checked.findings if found.is_cause]
    if damaged.kind in TWELVE:
        assert [found.source for found in causes] == [expected.source], causes
    named = [found for found in causes if found.source == expected.source]
    assert any(is_place(found, expected) for found in named), checked.findings
    assert Finding.objects.filter(run=checked.run, source=expected.source).exists()
    assert checked.run.status == Run.Status.FAILED


def test_a_repair_writes_a_wrong_row_and_nothing_else(damaged):
    """Where the postings are not sound every row stays: a lost posting is never paid out."""
    is_row = damaged.kind in WRONG_ROWS
    found = rows()

    results = repair_all(actor=system("test"), apply=True)

    assert kept(damaged.plant) == damaged.kept_before
    assert rows() == (damaged.rows_before if is_row else found)
    assert [result.wallet_id for result in results if result.changed] == (
        [damaged.expected.wallet_id] if is_row else []
    )
    assert AuditEvent.objects.filter(action="wallet.repaired").count() == int(is_row)
    assert judge().is_healthy is is_row
