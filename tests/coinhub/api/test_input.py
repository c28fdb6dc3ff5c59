"""What is read of a request belongs to that request, though its fields are made once."""

import threading

import pytest
from rest_framework.exceptions import ValidationError

from coinhub.api.api_keys import ApiKeyInput
from coinhub.api.input import Input, TextField, WholeField
from wallets.api.transfers import TransferInput


class Sent(Input):
    """One member that must be there, and one that need not."""

    word = TextField(max_length=5)
    number = WholeField(required=False)


class Narrower(Sent):
    """The same with a member less, and one of another kind."""

    number = None
    word = WholeField()


def read(reader, **members):
    checked = reader(data=members)
    checked.is_valid(raise_exception=True)
    return checked.validated_data


def test_fields_are_made_once_for_each_class():
    assert TransferInput(data={}).fields is TransferInput(data={"to": "x"}).fields
    assert Sent(data={}).fields is not TransferInput(data={}).fields


def test_a_class_has_its_own_fields_and_not_those_of_its_parent():
    assert read(Sent, word="one", number=1) == {"word": "one", "number": 1}
    assert read(Narrower, word=1) == {"word": 1}
    with pytest.raises(ValidationError, match="there is no such member"):
        read(Narrower, word=1, number=1)


def test_a_refusal_and_what_was_read_stay_with_their_request():
    first, second, third = Sent(data={"word": "one"}), Sent(data={"word": 1}), Sent(data={})
    assert [first.is_valid(), second.is_valid(), third.is_valid()] == [True, False, False]
    assert first.validated_data == {"word": "one"}
    assert not first.errors
    assert second.errors["word"][0].code == "NOT_A_STRING"
    assert third.errors["word"][0].code == "required"


def test_who_reads_at_the_same_time_reads_their_own():
    wrong = []

    def reader(mine):
        for number in range(200):
            if read(Sent, word=mine, number=number) != {"word": mine, "number": number}:
                wrong.append(mine)

    threads = [threading.Thread(target=reader, args=(word,)) for word in ("one", "two", "three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_default_that_somebody_adds_to_is_not_the_next_ones():
    read(ApiKeyInput, label="first")["wish"].networks.append("192.0.2.0/24")
    read(ApiKeyInput, label="first")["wish"].scopes.append("withdraw")
    wish = read(ApiKeyInput, label="second")["wish"]
    assert (wish.networks, wish.scopes) == ([], ["read"])
