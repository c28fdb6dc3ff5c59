"""The vault: what is sealed opens with the right key for the right purpose, and not otherwise."""

import base64
import secrets

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models

from coinhub.cli import installation
from coinhub.core import vault
from coinhub.core.embedded.state import State
from coinhub.core.vault import SealedTextField, VaultError


@pytest.fixture(autouse=True)
def _keys(settings):
    settings.FIELD_KEYS = {"1": bytes(range(32))}


class TestSealing:
    @pytest.mark.parametrize("data", [b"", b"x", "Zoë Ωmega".encode(), bytes(100_000)])
    def test_gives_back_what_was_sealed(self, data):
        assert vault.unseal(vault.seal(data, purpose="p"), purpose="p") == data

    def test_shows_nothing_of_the_text_and_never_the_same_twice(self):
        one, two = (vault.seal(b"1985-03-12 Ada", purpose="p") for _ in range(2))
        assert one != two
        assert b"1985" not in one
        assert b"Ada" not in one

    def test_refuses_any_flipped_bit(self):
        sealed = vault.seal(b"passport", purpose="p")
        for bit in range(len(sealed) * 8):
            changed = bytearray(sealed)
            changed[bit // 8] ^= 1 << bit % 8
            with pytest.raises(VaultError):
                vault.unseal(bytes(changed), purpose="p")

    def test_refuses_whatever_is_cut(self):
        sealed = vault.seal(b"passport", purpose="p")
        for length in range(len(sealed)):
            with pytest.raises(VaultError):
                vault.unseal(sealed[:length], purpose="p")

    def test_refuses_another_purpose(self):
        with pytest.raises(VaultError):
            vault.unseal(vault.seal(b"x", purpose="kyc.name"), purpose="kyc.tax_id")

    def test_refuses_what_a_stranger_sealed(self, settings):
        sealed = vault.seal(b"x", purpose="p")
        settings.FIELD_KEYS = {"1": secrets.token_bytes(32)}
        with pytest.raises(VaultError):
            vault.unseal(sealed, purpose="p")


class TestReplacingAKey:
    def test_leaves_old_things_readable_and_seals_with_the_new(self, settings):
        old = vault.seal(b"old", purpose="p")
        settings.FIELD_KEYS = {"2": secrets.token_bytes(32), "1": bytes(range(32))}
        new = vault.seal(b"new", purpose="p")
        assert vault.unseal(old, purpose="p") == b"old"
        settings.FIELD_KEYS.pop("1")
        assert vault.unseal(new, purpose="p") == b"new"
        with pytest.raises(VaultError, match="is not in COINHUB_FIELD_KEYS"):
            vault.unseal(old, purpose="p")

    def test_does_not_change_what_rows_are_found_by(self, settings):
        before = vault.lookup("AB123456C", purpose="tax")
        settings.FIELD_KEYS = {"2": secrets.token_bytes(32), **settings.FIELD_KEYS}
        assert vault.lookup("AB123456C", purpose="tax") == before


class TestLookups:
    def test_are_the_same_for_the_same_value_and_purpose_only(self):
        found = vault.lookup("AB123456C", purpose="tax")
        assert found == vault.lookup("AB123456C", purpose="tax")
        assert found != vault.lookup("AB123456D", purpose="tax")
        assert found != vault.lookup("AB123456C", purpose="name")
        assert vault.lookup("b", purpose="a:") != vault.lookup(":b", purpose="a")

    def test_cannot_be_worked_out_without_the_key(self, settings):
        found = vault.lookup("AB123456C", purpose="tax")
        settings.FIELD_KEYS = {"1": secrets.token_bytes(32)}
        assert vault.lookup("AB123456C", purpose="tax") != found


class TestFiles:
    def test_have_a_key_each_and_open_with_it_alone(self):
        key, sealed = vault.seal_file(b"%PDF-1.7", purpose="doc:1")
        other, _ = vault.seal_file(b"%PDF-1.7", purpose="doc:1")
        assert vault.unseal_file(key, sealed, purpose="doc:1") == b"%PDF-1.7"
        for stranger, purpose in ((other, "doc:1"), (key, "doc:2"), (b"", "doc:1")):
            with pytest.raises(VaultError):
                vault.unseal_file(stranger, sealed, purpose=purpose)
        with pytest.raises(VaultError):
            vault.unseal_file(key, sealed[:-1] + bytes([sealed[-1] ^ 1]), purpose="doc:1")
        with pytest.raises(VaultError):
            vault.unseal_file(key, b"", purpose="doc:1")


class Person(models.Model):  # noqa: DJ008
    born_in = SealedTextField(null=True)

    class Meta:
        app_label = "sealed_field_test"
        managed = False


class TestSealedField:
    def test_seals_what_is_written_and_opens_what_is_read(self):
        field = Person._meta.get_field("born_in")
        written = bytes(field.get_db_prep_value("Ada Lovelace", connection).obj)
        assert b"Ada" not in written
        assert field.from_db_value(written, None, connection) == "Ada Lovelace"
        assert field.from_db_value(None, None, connection) is None
        assert field.get_db_prep_value(None, connection) is None

    def test_cannot_be_compared_or_written_out(self):
        with pytest.raises(FieldError):
            Person.objects.filter(born_in="Ada")
        assert "IS NULL" in str(Person.objects.filter(born_in__isnull=True).query)
        with pytest.raises(VaultError):
            Person._meta.get_field("born_in").value_to_string(Person(born_in="Ada"))


def test_the_installation_makes_a_key_once_and_gives_it_to_every_process(tmp_path, monkeypatch):
    monkeypatch.delenv("COINHUB_FIELD_KEYS")
    state = State(tmp_path / "var")
    state.open()
    one, again = (
        installation.settings(made.secrets(), made, base_url="http://x", addresses={})
        for made in (state, State(state.folder))
    )
    key_id, _, key = one["COINHUB_FIELD_KEYS"].partition(":")
    assert key_id == "1"
    assert len(base64.b64decode(key)) == 32
    assert again["COINHUB_FIELD_KEYS"] == one["COINHUB_FIELD_KEYS"]
