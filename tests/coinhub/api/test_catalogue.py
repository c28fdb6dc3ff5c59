"""The published list of codes says what the source says."""

import pkgutil
from importlib import import_module

import pytest
from django.test import Client

import coinhub
import kyc
import wallets
from coinhub.api import docs
from coinhub.core.errors import DomainError

# The base class, and what only commands meet.
INSIDE = {
    "REFUSED",
    "SANDBOX_ONLY",
    "IMPORT_BALANCE_DIFFERS",
    "START_REFUSED",
    "IDS_TOO_FAR_BEHIND",
}


PROGRAMS = ("__main__", ".management.", ".gunicorn", ".bench", ".drills", ".wsgi")


def refusals():
    for package in (coinhub, kyc, wallets):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not any(part in module.name for part in PROGRAMS):
                import_module(module.name)
    waiting, found = [DomainError], []
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.partition(".")[0] in ("coinhub", "kyc", "wallets", "integrity"):
            found.append(kind)
    return [kind for kind in found if kind.code not in INSIDE]


class TestCatalogue:
    def test_lists_exactly_the_codes_of_the_source(self):
        listed = [code.name for code in docs.catalogue()]
        assert sorted(listed) == sorted({kind.code for kind in refusals()})
        assert len(listed) == len(set(listed))

    def test_says_each_codes_status_and_whether_it_is_kept(self):
        by_name = {code.name: code for code in docs.catalogue()}
        for kind in refusals():
            row = by_name[kind.code]
            assert (row.status, row.stored) == (str(kind.status), "yes" if kind.stored else "no")

    @pytest.mark.django_db
    def test_the_type_of_a_refusal_leads_to_its_row(self):
        problem = Client().get("/api/v1/nothing-here").json()
        page, _, place = problem["type"].partition("#")
        shown = Client().get(page)
        assert shown.status_code == 200
        assert f'id="{place}"' in shown.content.decode()
