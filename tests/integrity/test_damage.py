"""Damage planted as superuser is found and named by its source and its smallest place."""

import pytest

from coinhub.core.actor import system
from integrity.checks.found import Found
from integrity.models import Finding, Run
from integrity.services.check import Checked, check
from tests.integrity.damages import TWELVE, Expected
from tests.integrity.more_damages import MORE


def judge() -> Checked:
    return check(actor=system("test"), trigger=Run.Trigger.COMMAND)


def test_the_copy_is_healthy_before_it_is_damaged(copy):
    checked = judge()
    assert checked.findings == []
    assert checked.run.checked_postings > 20


PLACES = ("wallet_id", "journal_id", "posting_id", "hold_id", "seq")


def is_place(found: Found, expected: Expected) -> bool:
    given = [(getattr(found, name), getattr(expected, name)) for name in PLACES]
    return expected.place in found.place and all(b in (None, a) for a, b in given)


@pytest.mark.parametrize("damage", TWELVE + MORE, ids=lambda damage: damage.__name__)
def test_damage_is_named_by_source_and_place(copy, plant, damage):
    expected = damage(plant, copy)
    checked = judge()
    causes = [found for found in checked.findings if found.is_cause]
    if damage in TWELVE:
        assert [found.source for found in causes] == [expected.source], causes
    named = [found for found in causes if found.source == expected.source]
    assert named, checked.findings
    assert any(is_place(found, expected) for found in named), named
    assert Finding.objects.filter(run=checked.run, source=expected.source).exists()
    assert checked.run.status == Run.Status.FAILED
