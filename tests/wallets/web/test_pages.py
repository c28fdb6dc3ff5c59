"""The pages on which customers read."""

import re
from decimal import Decimal

import pytest
from django.test import Client

from coinhub.core.ids import new_public_id
from coinhub.core.money import Money
from tests.conftest import gbp, make_staff, wallet_of
from tests.questions import questions
from wallets.services import holds, payments, transfers

pytestmark = pytest.mark.django_db


def words(response) -> str:
    """What a person reads: no tags, one plain space between words."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    text = re.sub(r"<[^>]+>", " ", body.decode())
    return re.sub(r"[\s\u00a0\u202f]+", " ", text.replace("\u202f", "").replace("\u2212", "-"))


class TestOverview:
    def test_shows_every_wallet_with_available_held_locked_and_total(
        self, alice, bob, signed_in, actor
    ):
        mine = wallet_of(alice, funded="1500")
        wallet_of(alice, "BTC", funded="0.5")
        holds.place_hold(
            payer=mine, payee=wallet_of(bob), amount=gbp("200"), purpose="card_auth", actor=actor
        )
        text = words(signed_in(alice).get("/"))
        assert "1500.00 GBP" in text
        assert "1300.00 GBP" in text
        assert "200.00 GBP" in text
        assert "0.50000000 BTC" in text

    def test_says_why_money_is_held(self, carol, signed_in):
        wallet_of(carol, funded="500")
        text = words(signed_in(carol).get("/"))
        assert "500.00 GBP held : your identity check is not finished." in text
        assert "released" not in text
        assert "as soon as you are approved" in text

    def test_many_small_payments_do_not_bury_the_rest(self, carol, signed_in):
        for _ in range(12):
            wallet = wallet_of(carol, funded="0.01")
        for address in ("/", f"/wallets/{wallet.public_id}/"):
            text = words(signed_in(carol).get(address))
            assert text.count("0.01 GBP held") == 10
            assert "there are more in your history" in text

    def test_somebody_new_is_told_how_a_wallet_comes_about(self, alice, signed_in):
        assert "No wallet yet" in words(signed_in(alice).get("/"))

    def test_staff_without_wallets_are_sent_to_the_back_office(self, db, signed_in):
        page = signed_in(make_staff("maker")).get("/")
        assert 'href="/admin/"' in page.content.decode()
        assert "own no wallets" in words(page)

    def test_strangers_are_sent_to_the_sign_in_page(self, db):
        assert Client().get("/").url.startswith("/accounts/login/")


class TestOwnership:
    @pytest.mark.parametrize("address", ["/wallets/{}/", "/wallets/{}/statement.csv"])
    def test_somebody_elses_wallet_looks_like_none(self, alice, bob, signed_in, address):
        theirs = wallet_of(bob, funded="100")
        browser = signed_in(alice)
        stranger = browser.get(address.format(theirs.public_id))
        nothing = browser.get(address.format(new_public_id()))
        assert stranger.status_code == nothing.status_code == 403
        assert stranger.content == nothing.content
        assert b"GBP" not in stranger.content

    def test_somebody_elses_payment_looks_like_none(self, alice, bob, carol, signed_in, actor):
        booked = transfers.transfer(
            payer=wallet_of(bob, funded="100"),
            payee=wallet_of(carol),
            amount=gbp("10"),
            note="private words",
            actor=actor,
        )
        browser = signed_in(alice)
        stranger = browser.get(f"/transactions/{booked.transaction.public_id}/")
        nothing = browser.get(f"/transactions/{new_public_id()}/")
        assert stranger.status_code == nothing.status_code == 403
        assert stranger.content == nothing.content

    def test_a_place_in_somebody_elses_list_is_refused(self, alice, bob, signed_in, actor):
        fill(alice, 30, actor)
        fill(bob, 30, actor)
        link = next_link(signed_in(alice).get("/transactions/"))
        assert signed_in(alice).get(link).status_code == 200
        assert signed_in(bob).get(link).status_code == 400
        assert signed_in(alice).get("/transactions/?before=17").status_code == 400


class TestHistory:
    def test_both_sides_see_the_payment_with_their_own_sign(self, alice, bob, signed_in, actor):
        booked = transfers.transfer(
            payer=wallet_of(alice, funded="100"),
            payee=wallet_of(bob),
            amount=gbp("25.5"),
            note="Dinner",
            actor=actor,
        )
        sent, got = (words(signed_in(who).get("/transactions/")) for who in (alice, bob))
        assert f"To {bob}" in sent
        assert "-25.50 GBP" in sent
        assert f"From {alice}" in got
        assert "+25.50 GBP" in got
        page = signed_in(bob).get(f"/transactions/{booked.transaction.public_id}/")
        assert "Dinner" in words(page)

    def test_a_card_payment_shows_what_was_taken_not_what_was_authorised(
        self, alice, bob, signed_in, actor
    ):
        payer = wallet_of(alice, funded="100")
        booked = holds.place_hold(
            payer=payer, payee=wallet_of(bob), amount=gbp("40"), purpose="card_auth", actor=actor
        )
        open_page = words(signed_in(alice).get("/transactions/"))
        assert "Set aside" in open_page
        assert "-40.00" not in open_page
        hold = booked.transaction.holds.get()
        holds.capture(hold=hold, amount=gbp("32"), actor=actor)
        assert "-32.00 GBP" in words(signed_in(alice).get("/transactions/"))

    def test_what_is_only_set_aside_is_never_shown_as_sent(self, alice, bob, signed_in, actor):
        hold = place(wallet_of(alice, funded="100"), wallet_of(bob), "40", actor)
        page = words(signed_in(alice).get(f"/transactions/{hold.transaction.public_id}/?sent=1"))
        assert "Sent to" not in page
        assert "Set aside" in page

    def test_pages_show_every_payment_once(self, alice, signed_in, actor):
        fill(alice, 60, actor)
        browser, link, seen = signed_in(alice), "/transactions/", []
        for _ in range(5):
            page = browser.get(link)
            seen += re.findall(r'href="/transactions/([0-9a-f-]{36})/"', page.content.decode())
            link = next_link(page)
            if link is None:
                break
        assert len(seen) == len(set(seen)) == 60


class TestStatement:
    def test_each_line_has_the_balance_after_it(self, alice, bob, signed_in, actor):
        mine = wallet_of(alice, funded="100")
        transfers.transfer(payer=mine, payee=wallet_of(bob), amount=gbp("30"), actor=actor)
        text = words(signed_in(alice).get(f"/wallets/{mine.public_id}/"))
        assert re.search(r"-30\.00 GBP 70\.00 GBP", text)
        assert re.search(r"\+100\.00 GBP 100\.00 GBP", text)

    def test_setting_money_aside_is_one_line_and_leaves_the_total(
        self, alice, bob, signed_in, actor
    ):
        mine = wallet_of(alice, funded="100")
        hold = place(mine, wallet_of(bob), "40", actor)
        holds.capture(hold=hold, amount=gbp("32"), actor=actor)
        text = words(signed_in(alice).get(f"/wallets/{mine.public_id}/"))
        assert re.search(r"Set aside 40\.00 GBP 100\.00 GBP", text)
        assert re.search(rf"Payment for {bob} -32\.00 GBP 68\.00 GBP", text)

    def test_a_step_is_never_cut_in_two_by_a_page(self, alice, bob, signed_in, actor):
        mine, theirs = wallet_of(alice, funded="100"), wallet_of(bob)
        for _ in range(20):
            holds.void(hold=place(mine, theirs, "40", actor), actor=actor)
        link, text = f"/wallets/{mine.public_id}/", ""
        while link:
            page = signed_in(alice).get(link)
            text += words(page)
            link = next_link(page)
        assert text.count("Set aside 40.00 GBP 100.00 GBP") == 20
        assert text.count("Free again 40.00 GBP 100.00 GBP") == 20

    def test_the_file_has_the_whole_history_and_no_formula(self, alice, bob, signed_in, actor):
        mine = wallet_of(alice, funded="100")
        transfers.transfer(
            payer=mine, payee=wallet_of(bob), amount=gbp("30"), note='=HYPERLINK("x")', actor=actor
        )
        answer = signed_in(alice).get(f"/wallets/{mine.public_id}/statement.csv")
        lines = b"".join(answer.streaming_content).decode().splitlines()
        assert len(lines) == 3
        assert ",100.00,100.00,100.00,GBP" in lines[1]
        assert ",-30.00,70.00,70.00,GBP" in lines[2]
        assert "'=HYPERLINK" in lines[2]

    def test_a_name_or_note_with_markup_is_shown_as_words(self, alice, bob, signed_in, actor):
        note = "<script>alert(1)</script>"
        mine = wallet_of(alice, funded="100")
        transfers.transfer(
            payer=mine, payee=wallet_of(bob), amount=gbp("1"), note=note, actor=actor
        )
        for address in ("/", "/transactions/", f"/wallets/{mine.public_id}/"):
            body = signed_in(alice).get(address).content.decode()
            assert "<script>alert" not in body
            assert "&lt;script&gt;alert" in body


class TestErrors:
    def test_an_address_that_is_none_has_a_page_of_its_own(self, alice, signed_in):
        page = signed_in(alice).get("/nowhere/")
        assert page.status_code == 404
        assert "There is no page here" in words(page)


def place(payer, payee, amount: str, actor):
    """Set money aside and give the hold."""
    booked = holds.place_hold(
        payer=payer, payee=payee, amount=gbp(amount), purpose="card_auth", actor=actor
    )
    return booked.transaction.holds.get()


def fill(user, payments_wanted: int, actor) -> None:
    """Give a customer so many deposits of one pound."""
    wallet = wallet_of(user)
    for _ in range(payments_wanted):
        payments.credit(payee=wallet, amount=Money(Decimal(1), "GBP"), actor=actor)


def next_link(page) -> str | None:
    found = re.search(r'href="([^"]+before=[^"]+)" rel="next"', page.content.decode())
    return found.group(1) if found else None


@pytest.mark.parametrize("address", ["/", "/wallets/", "/transactions/", "statement"])
def test_a_longer_history_costs_no_more_queries(alice, bob, signed_in, actor, address):
    mine = wallet_of(alice)
    fill(alice, 3, actor)
    place(mine, wallet_of(bob), "1", actor)
    browser = signed_in(alice)
    address = f"/wallets/{mine.public_id}/" if address == "statement" else address
    few = questions(lambda: browser.get(address))
    fill(alice, 20, actor)
    for _ in range(3):
        place(mine, wallet_of(bob), "1", actor)
    many = questions(lambda: browser.get(address))
    assert len(many) <= len(few) <= 13
