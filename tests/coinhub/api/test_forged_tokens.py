"""Texts that look like a token or an API key and are none: nobody is let in by one."""

import pytest
from django.test import Client

from coinhub.core.actor import system
from coinhub.users import key_text, secrets
from coinhub.users.services import api_keys, tokens
from coinhub.users.services.api_keys import Wish

# What is made of a true access token, a true refresh token and a true API key.
OF_TOKENS = {
    "cut by one": lambda pair: pair.access[:-1],
    "cut in half": lambda pair: pair.access[: len(pair.access) // 2],
    "one sign longer": lambda pair: pair.access + "A",
    "padded": lambda pair: pair.access + "=",
    "the last sign another": lambda pair: pair.access[:-1] + other_than(pair.access[-1]),
    "in capitals": lambda pair: pair.access.upper(),
    "in small letters": lambda pair: pair.access.lower(),
    "letters of both cases swapped": lambda pair: secrets.ACCESS_PREFIX + body_of(pair).swapcase(),
    "without its prefix": lambda pair: body_of(pair),
    "the prefix twice": lambda pair: secrets.ACCESS_PREFIX + pair.access,
    "the prefix of a refresh token": lambda pair: secrets.REFRESH_PREFIX + body_of(pair),
    "the prefix of an API key": lambda pair: key_text.prefix() + body_of(pair),
    "a refresh token": lambda pair: pair.refresh,
    "a refresh token dressed as access": lambda pair: pair.refresh.replace("chrt_", "chat_"),
    "made up": lambda pair: secrets.new_token(secrets.ACCESS_PREFIX),
    "all of one sign": lambda pair: secrets.ACCESS_PREFIX + "A" * 43,
    "the prefix alone": lambda pair: secrets.ACCESS_PREFIX,
    "backwards": lambda pair: pair.access[::-1],
    "quoted": lambda pair: f'"{pair.access}"',
    "percent signs": lambda pair: pair.access.replace("_", "%5F"),
    "two in one header": lambda pair: f"{pair.access}, Bearer {pair.access}",
    "two with a space": lambda pair: f"{pair.access} {pair.access}",
    "a space inside": lambda pair: pair.access[:20] + " " + pair.access[20:],
    "a zero byte behind": lambda pair: pair.access + "\x00",
    "a tab before": lambda pair: "\t" + pair.access,
    "a space that does not break before": lambda pair: "\u00a0" + pair.access,
    "a next line behind": lambda pair: pair.access + "\u0085",
    "a letter like another": lambda pair: pair.access.replace("chat_", "ch\u00e0t_", 1),
    "a Cyrillic letter": lambda pair: pair.access.replace("chat_", "ch\u0430t_", 1),
    "a full-width letter": lambda pair: pair.access.replace("chat_", "\uff43hat_", 1),
    "very long": lambda pair: pair.access + "A" * 100_000,
    "a statement": lambda pair: "chat_' OR '1'='1",
    "a signed token of nobody": lambda pair: "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
}
OF_KEYS = {
    "another checksum": lambda key: key[:-1] + other_than(key[-1]),
    "another body": lambda key: key[:20] + other_than(key[20]) + key[21:],
    "another body with its checksum": lambda key: with_checksum(
        key[:20] + other_than(key[20]) + key[21:]
    ),
    "cut by one": lambda key: key[:-1],
    "one sign longer": lambda key: key + "0",
    "in capitals": lambda key: key.upper(),
    "letters of both cases swapped": lambda key: key_text.prefix() + key[9:].swapcase(),
    "of another installation": lambda key: with_checksum(key_text.LIVE + key[9:]),
    "with another prefix": lambda key: key_text.LIVE + key[9:],
    "the prefix of a token": lambda key: secrets.ACCESS_PREFIX + key[9:],
    "made up": lambda key: key_text.new_key(),
    "a digit of another script": lambda key: key[:-1] + "\u0663",
    "a line behind": lambda key: key + "\u2028",
}


def other_than(sign):
    return "B" if sign == "A" else "A"


def body_of(pair):
    return pair.access.removeprefix(secrets.ACCESS_PREFIX)


def with_checksum(key):
    body = key[: -key_text.CHECK_LENGTH]
    return body + key_text.checksum(body)


def ask(header):
    # As a server hands a header on: its bytes, each as the sign of that number.
    narrow = all(ord(sign) < 256 for sign in header)
    sent = header if narrow else header.encode().decode("latin-1")
    return Client(raise_request_exception=False).get("/api/v1/me", HTTP_AUTHORIZATION=sent)


def code_of(answer):
    return answer.status_code, answer.json().get("code")


@pytest.mark.django_db
class TestForged:
    @pytest.mark.parametrize("how", OF_TOKENS)
    def test_no_token_made_of_a_true_one_lets_anybody_in(self, alice, how):
        pair = tokens.issue(user=alice)
        assert ask(f"Bearer {pair.access}").status_code == 200
        answer = ask(f"Bearer {OF_TOKENS[how](pair)}")
        assert code_of(answer) == (401, "UNAUTHENTICATED")
        assert pair.access not in answer.content.decode()

    @pytest.mark.parametrize("how", OF_KEYS)
    def test_no_api_key_made_of_a_true_one_lets_anybody_in(self, alice, how):
        _, key = api_keys.create(
            user=alice, wish=Wish(label="bot"), confirmation_id=None, actor=system()
        )
        assert ask(f"Bearer {key}").status_code == 200
        assert code_of(ask(f"Bearer {OF_KEYS[how](key)}")) == (401, "UNAUTHENTICATED")

    @pytest.mark.parametrize(
        "scheme", ["Basic", "Token", "Digest", "Bearer:", "Bea rer", "\u0412earer"]
    )
    def test_a_true_token_under_another_scheme_is_none(self, alice, scheme):
        access = tokens.issue(user=alice).access
        assert code_of(ask(f"{scheme} {access}")) == (401, "UNAUTHENTICATED")
        assert code_of(ask(access)) == (401, "UNAUTHENTICATED")

    def test_a_token_in_the_address_or_in_a_cookie_is_none(self, alice):
        access, browser = tokens.issue(user=alice).access, Client()
        browser.cookies["access"] = browser.cookies["Authorization"] = access
        answer = browser.get("/api/v1/me", {"access_token": access, "token": access})
        assert answer.status_code == 401

    def test_a_token_is_worth_what_its_own_person_is(self, alice, bob):
        access = tokens.issue(user=alice).access
        his = tokens.issue(user=bob)
        assert ask(f"Bearer {access}").json()["id"] == str(alice.pk)
        # The beginning of one and the end of the other stand for neither.
        assert ask(f"Bearer {access[:24]}{his.access[24:]}").status_code == 401


OF_REFRESH_TOKENS = (
    "cut by one", "cut in half", "one sign longer", "padded", "the last sign another",
    "in capitals", "in small letters", "backwards", "quoted", "percent signs", "two with a space",
    "a space inside", "a zero byte behind", "a tab before", "a space that does not break before",
    "a next line behind", "a refresh token", "made up", "very long",
)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("how", OF_REFRESH_TOKENS)
def test_nothing_made_of_a_true_refresh_token_renews_or_ends_it(alice, how):
    pair = tokens.issue(user=alice)
    shown = OF_TOKENS[how](tokens.Pair(pair.refresh, f"chat_{pair.refresh[5:]}", 1))
    for path, name, answers in (
        ("refresh", "refresh", (400, 401, 413)),
        ("revoke", "token", (204, 400, 413)),
    ):
        answer = Client(raise_request_exception=False).post(
            f"/api/v1/auth/token/{path}", {name: shown}, content_type="application/json"
        )
        assert answer.status_code in answers
    assert ask(f"Bearer {pair.access}").status_code == 200
    assert tokens.refresh(token=pair.refresh).access
