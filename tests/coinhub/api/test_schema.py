"""The OpenAPI document: valid, without warnings, and true."""

import json
import re

import pytest
from django.test import Client
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from coinhub.api.auth import SCOPES
from coinhub.api.schema_links import LINKS
from coinhub.core.db import ROOT
from tests.api_client import Caller, new_key
from tests.coinhub.api.test_problems import NOWHERE, routes
from tests.conftest import PASSWORD, make_staff, wallet_of
from tests.truth import closed, document

MONEY = {"amount", "fee", "available", "held", "locked", "invested", "total"}


def operations():
    for path, methods in document()[0]["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def examples_in(part):
    """Find every schema that has examples."""
    if isinstance(part, dict):
        if "type" in part and isinstance(part.get("examples"), list):
            yield part
        for value in part.values():
            yield from examples_in(value)
    elif isinstance(part, list):
        for item in part:
            yield from examples_in(item)


def require_true(answer, operation_id):
    """Check an answer against what the document says of the operation."""
    schema = document()[0]
    (operation,) = [op for _, _, op in operations() if op["operationId"] == operation_id]
    response = operation["responses"][str(answer.status_code)]
    content_type = answer.headers["Content-Type"].partition(";")[0]
    wanted = response["content"][content_type]["schema"]
    whole = {**closed(wanted), "components": closed(schema["components"])}
    Draft202012Validator(whole).validate(answer.json())


class TestDocument:
    def test_is_openapi_3_1_valid_and_without_warnings(self):
        made, warnings, errors = document()
        validate_schema(made)
        assert made["openapi"].startswith("3.1")
        assert (dict(warnings), dict(errors)) == ({}, {})

    def test_describes_every_route_once_by_its_versioned_address(self):
        described = {re.sub(r"\{.*?\}", "*", path) for path, _, _ in operations()}
        assert described == {path.replace(NOWHERE, "*") for path, _ in routes()}
        names = [operation["operationId"] for _, _, operation in operations()]
        assert len(names) == len(set(names))

    def test_is_the_one_that_is_committed(self):
        kept = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
        made = json.loads(json.dumps(document()[0], default=str))
        told = "write it anew, as docs/api.md says, and look at what changed"
        for part in ("paths", "components"):
            changed = [
                n for n in {*kept[part], *made[part]} if kept[part].get(n) != made[part].get(n)
            ]
            assert not changed, f"{told}: {changed}"
        assert kept == made, told

    def test_links_lead_to_operations_that_take_what_they_give(self):
        takes = {
            operation["operationId"]: {p["name"] for p in operation.get("parameters", [])}
            for _, _, operation in operations()
        }
        assert LINKS.keys() <= takes.keys()
        for links in LINKS.values():
            for target, (name, _) in links.items():
                assert name in takes[target]

    def test_examples_are_what_their_schemas_allow(self):
        found = 0
        for schema in examples_in(document()[0]):
            for example in schema["examples"]:
                Draft202012Validator(schema).validate(example)
                found += 1
        assert found > 5

    def test_forbids_unknown_members_in_bodies(self):
        schemas = document()[0]["components"]["schemas"]
        bodies = [
            body["schema"]["$ref"].rpartition("/")[2]
            for _, _, operation in operations()
            for body in operation.get("requestBody", {}).get("content", {}).values()
        ]
        assert len(bodies) >= 5
        assert all(schemas[name]["additionalProperties"] is False for name in bodies)

    def test_says_of_texts_what_the_api_refuses_in_them(self):
        sent = document()[0]["components"]["schemas"]["TransferInput"]["properties"]
        assert sent["to"]["minLength"] == 1
        assert "minLength" not in sent["note"]  # may be empty
        for name in ("to", "note", "currency"):
            assert re.search(sent[name]["pattern"], "Łódź € 12")
            assert not re.search(sent[name]["pattern"], "a\tb")
            assert not re.search(sent[name]["pattern"], "a\x85")
        told = document()[0]["components"]["schemas"]["TransactionShape"]["properties"]
        assert "minLength" not in told["note"]

    def test_money_is_a_string_with_a_pattern(self):
        found = 0
        for schema in document()[0]["components"]["schemas"].values():
            for name, member in schema.get("properties", {}).items():
                if name in MONEY and "$ref" not in member:
                    assert member["type"] == "string"
                    assert "[1-9][0-9]{0,19}" in member["pattern"]
                    found += 1
        assert found >= 10

    def test_every_operation_that_moves_money_asks_for_a_key(self):
        moving = {path for path, view in routes() if getattr(view, "needs_key", False)}
        assert len(moving) >= 2
        for path, method, operation in operations():
            names = {p["name"] for p in operation.get("parameters", []) if p["in"] == "header"}
            asked = "Idempotency-Key" in names
            moves = method in ("post", "put") and re.sub(r"\{.*?\}", NOWHERE, path) in moving
            assert asked == moves, path

    def test_every_operation_names_the_scope_it_needs(self):
        assert {operation["x-scope"] for _, _, operation in operations()} <= SCOPES

    def test_every_answer_has_the_headers_of_the_rate_limit(self):
        for path, _, operation in operations():
            assert "429" in operation["responses"], path
            for status, answer in operation["responses"].items():
                assert {"RateLimit", "RateLimit-Policy"} <= set(answer["headers"]), path
                assert ("Retry-After" in answer["headers"]) == (status in ("429", "503")), path


@pytest.mark.django_db
class TestTruth:
    def test_what_is_answered_is_what_is_described(self, alice, carol):
        client = Client()
        credentials = {"email": alice.email, "password": PASSWORD}
        answer = client.post("/api/v1/auth/token", credentials, content_type="application/json")
        require_true(answer, "token_issue")
        caller = Caller(alice)
        wallet = wallet_of(alice, funded="100.00")
        body = {"to": carol.email, "amount": "30.00", "currency": "GBP", "note": "lunch"}
        paid = caller.post("transfer", body)
        require_true(paid, "transfer")
        require_true(caller.post("transfer", {**body, "amount": "x"}), "transfer")
        require_true(caller.post("transfer", {**body, "to": "nobody"}), "transfer")
        require_true(caller.get("me"), "me")
        require_true(caller.get("wallets"), "wallets")
        require_true(caller.get(f"wallets/{wallet.public_id}"), "wallet")
        require_true(caller.get(f"wallets/{wallet.public_id}/entries"), "wallet_entries")
        require_true(caller.get(f"wallets/{wallet.public_id}/statement"), "wallet_statement")
        require_true(caller.get("transactions"), "transactions")
        require_true(caller.get(f"transactions/{paid.json()['id']}"), "transaction")
        require_true(caller.get("transactions", limit="x"), "transactions")
        hers = Caller(carol)
        (held,) = hers.get("wallets").json()["results"]
        require_true(hers.get(f"wallets/{held['id']}/holds"), "wallet_holds")
        require_true(hers.get(f"wallets/{wallet.public_id}"), "wallet")
        require_true(Caller().get("me"), "me")

    def test_a_credit_of_the_sandbox_is_what_is_described(self, alice):
        body = {"user_id": str(alice.pk), "amount": "5.00", "currency": "GBP"}
        staff = Caller(make_staff("maker", "operations"))
        require_true(staff.post("test/credit", body, key=new_key()), "test_credit")
        require_true(Caller(alice).post("test/credit", body, key=new_key()), "test_credit")


@pytest.mark.django_db
class TestPages:
    def test_the_document_is_served(self):
        answer = Client().get("/api/schema")
        assert answer.status_code == 200
        assert b"openapi: 3.1" in answer.content

    @pytest.mark.parametrize("path", ["/api/docs", "/api/docs/errors"])
    def test_the_pages_run_nothing_inline_and_ask_nobody_outside(self, path):
        answer = Client().get(path)
        html = answer.content.decode()
        assert answer.status_code == 200
        assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"]
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", html)
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", html)

    def test_the_script_of_the_page_names_the_document(self):
        html = Client().get("/api/docs").content.decode()
        (script,) = re.findall(r'src="(/api/docs\?[^"]*)"', html)
        answer = Client().get(script)
        assert answer.headers["Content-Type"].startswith("application/javascript")
        assert b"/api/schema" in answer.content
