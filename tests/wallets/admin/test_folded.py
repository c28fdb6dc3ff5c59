"""Folded wallets in the back office: the figures are those of now, whatever is folded."""

import pytest
from django.urls import reverse

from tests.wallets.admin.test_pages import text_of
from wallets.models import Wallet
from wallets.selectors import folded
from wallets.services import folding

pytestmark = pytest.mark.usefixtures("booked")


@pytest.fixture
def settlement():
    return Wallet.objects.get(code="A.SET", currency_id="GBP")


def shown(office, wallet):
    return text_of(office.get(reverse("admin:wallets_wallet_change", args=[wallet.pk])))


def test_a_wallet_is_shown_with_what_is_not_folded_yet(office, settlement):
    now = folded.get_available(settlement)
    assert settlement.available != now, "nothing is waiting to be folded"
    assert f"\N{MINUS SIGN}{-now:,.2f}".replace(",", " ") in shown(office, settlement)


def test_its_newest_postings_are_listed_without_a_running_balance(office, settlement):
    newest = folded.newest_postings(settlement, 1)[0]
    text = shown(office, settlement)
    assert reverse("admin:wallets_posting_change", args=[newest.pk]) in text
    posting = office.get(reverse("admin:wallets_posting_change", args=[newest.pk]))
    assert posting.status_code == 200


def test_the_list_of_wallets_and_the_overview_say_the_same(office, settlement):
    amount = f"\N{MINUS SIGN}{-folded.get_available(settlement):,.2f}".replace(",", " ")
    assert amount in text_of(office.get(reverse("admin:wallets_wallet_changelist"), {"q": "A.SET"}))
    folding.fold_all()
    assert amount in text_of(office.get(reverse("admin:wallets_wallet_changelist"), {"q": "A.SET"}))
