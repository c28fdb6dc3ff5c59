"""Addresses: every published vector of each standard, and what people get wrong."""

import csv
import hashlib
import json
import os
import random
import time
from pathlib import Path

import pytest
from django.conf import settings

from wallets.models import Currency
from wallets.policies import addresses
from wallets.policies.addresses import AddressInvalid, NetworkUnsupported
from wallets.policies.encodings import base58, iban
from wallets.policies.encodings.keccak import SHA3, hash_with, keccak_256

DATA = Path(os.environ.get("COINHUB_TEST_DATA", settings.BASE_DIR.parent / "shared" / "data"))
BTC, ETH, TRX = addresses.BITCOIN, addresses.ETHEREUM, addresses.TRON
GOOD = {
    # BIP-173, BIP-350
    "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4": (
        BTC,
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    ),
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0": (BTC, None),
    # the first block's address, and a pay-to-script-hash address of BIP-13
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa": (BTC, None),
    "3P14159f73E4gFr7JterCCQh9QjiTjiZrG": (BTC, None),
    "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx": (addresses.BITCOIN_TESTNET, None),
    "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn": (addresses.BITCOIN_TESTNET, None),
    # EIP-55; capital or small letters alone carry no checksum
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed": (ETH, None),
    "0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359": (
        ETH,
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    ),
    "0xDBF03B407C01E7CD3CBEA99509D93F8DDDC8C6FB": (
        ETH,
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    ),
    # the contract of USDT on Tron
    "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t": (TRX, None),
    # ISO 13616's examples
    "GB82 WEST 1234 5698 7654 32": ("iban", "GB82WEST12345698765432"),
    "de89370400440532013000": ("iban", "DE89370400440532013000"),
}
BAD = [
    # the checksum holds, and the length or the network does not
    (BTC, "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", "network"),
    (BTC, "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn", "network"),
    (addresses.BITCOIN_TESTNET, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "network"),
    (BTC, "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "network"),
    (TRX, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "network"),
    (ETH, "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "40 digits"),
    (BTC, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "checksum"),
    (BTC, "1A1zP1eP5QGefi2DMPTfTL5SLmv7Divf0a", "base58"),
    (BTC, "", "form"),
    (BTC, "1", "checksum"),
    (BTC, "bc1", "form"),
    (BTC, "1" * 100, "base58"),
    (BTC, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa ", "base58"),
    (BTC, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa\n", "base58"),
    (BTC, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNа", "form"),  # the last letter is Cyrillic
    (ETH, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe\uff44", "form"),  # full-width d
    (ETH, "0x" + "0" * 38 + "+1", "digits"),
    ("iban", "GB82WEST12345698765433", "check digits"),
    ("iban", "GB00WEST12345698765432", "check digits"),
    ("iban", "GB82WEST1234569876543", "written differently"),
    ("iban", "US82WEST12345698765432", "country"),
    ("iban", "GB" + "8" * 200, "form"),
    ("dogecoin", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "no such network"),
]


def vectors(*parts):
    path = DATA.joinpath(*parts)
    if not path.exists():
        return [
            pytest.param(None, marks=pytest.mark.skip(f"no test data: {path} (COINHUB_TEST_DATA)"))
        ]
    rows = json.loads(path.read_text())
    return [pytest.param(row, id=row["text"]) for row in rows]


class TestPublishedVectors:
    @pytest.mark.parametrize(
        "vector",
        [
            *vectors("address-vectors", "bitcoin.json"),
            *vectors("address-vectors", "ethereum.json"),
            *vectors("address-vectors", "tron.json"),
            *vectors("iban-vectors", "iban.json"),
        ],
    )
    def test_are_answered_right(self, vector):
        if vector["valid"]:
            canonical = addresses.require_address(vector["kind"], vector["text"])
            assert canonical.lower() == vector["text"].replace(" ", "").lower()
            assert addresses.require_address(vector["kind"], canonical) == canonical
        else:
            with pytest.raises(AddressInvalid):
                addresses.require_address(vector["kind"], vector["text"])

    @pytest.mark.parametrize("vector", vectors("address-vectors", "bitcoin.json"))
    def test_no_address_of_one_bitcoin_network_is_one_of_the_other(self, vector):
        other = {BTC: addresses.BITCOIN_TESTNET, addresses.BITCOIN_TESTNET: BTC}[vector["kind"]]
        with pytest.raises(AddressInvalid):
            addresses.require_address(other, vector["text"])

    def test_the_countries_of_iban_are_those_of_the_registry(self):
        path = DATA / "iban-vectors/registry.csv"
        if not path.exists():
            pytest.skip(f"no test data: {path} (COINHUB_TEST_DATA)")
        with path.open() as file:
            registry = list(csv.DictReader(file))
        structures = {
            country: structure
            for countries, structure in iban.STRUCTURES.items()
            for country in countries.split()
        }
        assert structures == {r["country"]: r["bban_structure"].replace("!", "") for r in registry}


class TestAddresses:
    @pytest.mark.parametrize("text", GOOD)
    def test_is_given_in_its_canonical_form(self, text):
        network, canonical = GOOD[text]
        assert addresses.require_address(network, text) == (canonical or text)

    @pytest.mark.parametrize(("network", "text", "why"), BAD)
    def test_is_refused_with_the_reason(self, network, text, why):
        with pytest.raises(AddressInvalid) as refused:
            addresses.require_address(network, text)
        assert why in refused.value.detail
        assert (refused.value.code, refused.value.status) == ("ADDRESS_INVALID", 400)

    @pytest.mark.parametrize("text", [text for text in GOOD if text[:2] != "0x"])
    def test_one_wrong_sign_is_noticed_wherever_it_is(self, text):
        network = GOOD[text][0]
        signs = "023456789acdefghjklmnpqrstuvwxyz" if "1q" in text.lower() else base58.SIGNS
        chance = random.Random(text)  # noqa: S311  # the same wrong signs every time
        for place in range(len(text)):
            wrong = chance.choice([s for s in signs if s.lower() != text[place].lower()])
            with pytest.raises(AddressInvalid):
                addresses.require_address(network, text[:place] + wrong + text[place + 1 :])

    def test_what_is_no_address_is_refused_in_no_time(self):
        started = time.process_time()
        for text in ("1" * 100, "z" * 100, "bc1" + "q" * 97, "0x" + "f" * 98, "GB" + "Z" * 98):
            for network in addresses.READERS:
                with pytest.raises(AddressInvalid):
                    addresses.require_address(network, text)
        assert time.process_time() - started < 0.5

    def test_is_shown_by_its_ends(self):
        assert addresses.masked("GB82WEST12345698765432") == "GB82WE…5432"


class TestNetworks:
    @pytest.mark.parametrize(
        ("code", "kind", "networks"),
        [
            ("GBP", "fiat", ("iban",)),
            ("BTC", "crypto", ("bitcoin",)),
            ("USDT", "crypto", ("ethereum", "tron")),
            ("NEW", "crypto", ()),
            ("PTS", "points", ()),
        ],
    )
    def test_belong_to_the_currency(self, code, kind, networks):
        assert addresses.networks_of(Currency(code=code, kind=kind)) == networks

    @pytest.mark.parametrize("network", ["ethereum", "bitcoin-testnet", "iban", "", "Bitcoin"])
    def test_another_network_is_refused_with_those_that_are_right(self, network):
        with pytest.raises(NetworkUnsupported) as refused:
            addresses.require_network(Currency(code="BTC", kind="crypto"), network)
        assert refused.value.members == {"networks": ["bitcoin"]}


class TestKeccak:
    def test_gives_the_published_hashes(self):
        empty = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
        abc = "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"
        assert (keccak_256(b"").hex(), keccak_256(b"abc").hex()) == (empty, abc)

    @pytest.mark.parametrize("length", [0, 1, 40, 134, 135, 136, 137, 271, 272, 273, 1000])
    def test_with_the_padding_of_sha3_is_what_the_library_says(self, length):
        data = random.Random(length).randbytes(length)  # noqa: S311
        assert hash_with(data, first=SHA3) == hashlib.sha3_256(data).digest()
        assert keccak_256(data) != hashlib.sha3_256(data).digest()
