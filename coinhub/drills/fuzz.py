"""The drill ``fuzz``: what the API's own document allows and forbids, sent by every kind of caller.

Schemathesis makes the requests. It is a tool of development and no part of the product: without
``requirements-dev.txt`` the drill says so and cannot run.
"""

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from drf_spectacular.generators import SchemaGenerator

from coinhub.cli.console import progress
from coinhub.drills import authz, authz_cast, invariants
from coinhub.drills.authz_cast import Cast
from coinhub.users.services import tokens

HOST = "http://localhost/"
CALLERS = ("anonymous", "customer", "customer at home", "API key", "staff")
SLOWEST_S = 2.0
TELL_EVERY_S = 10.0
# What the document allows may meet the rules of money: then anything but 400 is fine, and of what
# is answered with 400 ``is_right`` looks at the codes. The shape must not be the reason.
ACCEPTED = ["2xx", "401", "403", "404", "409", "422", "429", "503"]
CHECKS = {"positive_data_acceptance": {"expected-statuses": ACCEPTED}}
# Not MALFORMED_JSON: to the document 5.0 is a whole number, and to us it is none.
ABOUT_THE_FORM = ("", "BAD_REQUEST")
# Places whose values no document can list: what this site has, what it gave out itself, what is
# after what.
ABOUT_THE_VALUE = {"AMOUNT_INVALID", "CURRENCY_UNKNOWN", "CURSOR_INVALID", "TIME_INVALID"}
OF_NETWORKS = {"max_redirects", "verify", "cert", "proxies", "allow_redirects", "stream"}
BEYOND_THE_DOCUMENT = {  # where one place decides about another, or a person about the words
    "POST /api/v1/api-keys": {"/networks"},
    "POST /api/v1/destinations": {"/address", "/iban", "/network"},
    "POST /api/v1/kyc": {"/full_name", "/birth_date", "/street", "/city", "/postcode", "/tax_id"}
    | {"/source_of_funds", "/consent", "/country", "/id_kind", "/tier"},
    "POST /api/v1/kyc/documents": {"/file"},  # the tool sends words where a file is to be
    "POST /api/v1/kyc/raise": {"/source_of_funds"},
    "POST /api/v1/auth/confirmations/{challenge_id}": {"/code", "/credential"},  # one of the two
}
PHASES = ("examples", "coverage", "fuzzing", "stateful")
LONGEST = 300  # characters of a failure that are shown


class NoTool(ModuleNotFoundError):
    """Schemathesis is not there."""


@dataclass(frozen=True)
class Plan:
    """How many cases for each operation and caller, from which seed."""

    seed: int = 1
    cases: int = 100
    callers: tuple[str, ...] = CALLERS
    phases: tuple[str, ...] = PHASES
    slowest_s: float = SLOWEST_S


@authz.hushed()
def run(plan: Plan | None = None) -> dict[str, Any]:
    """Run the drill and give its result.

    Writes: people of its own, and what their calls do.
    Raises: NoTool.
    """
    plan = plan or Plan()
    require_tool()
    cast = authz_cast.assemble()
    sent: Counter[str] = Counter()
    found: dict[str, str] = {}
    told_at = time.monotonic()
    for caller in plan.callers:
        for event in events(plan, caller, cast):
            sent[caller] += read(event, caller, found, plan.slowest_s)
            if time.monotonic() - told_at > TELL_EVERY_S:
                told_at = time.monotonic()
                progress(f"{caller}: {sent[caller]:,} requests, found so far: {len(found)}")
    promises = invariants.broken()
    return {
        "name": "fuzz",
        "ok": not found and not any(promises.values()) and sent.total() > 0,
        "seed": plan.seed,
        "cases": plan.cases,
        "requests": dict(sent),
        "requests_in_all": sent.total(),
        "found": found,
        "invariants": promises,
    }


def require_tool() -> None:
    """Say what is lacking.

    Raises: NoTool.
    """
    try:
        import schemathesis  # noqa: F401
    except ImportError:
        raise NoTool(
            "fuzz needs schemathesis: .venv/bin/uv pip install -r requirements-dev.txt"
        ) from None


def events(plan: Plan, caller: str, cast: Cast) -> Iterable[Any]:
    """Let Schemathesis call the application in this process as one caller."""
    import schemathesis
    from schemathesis.config import SchemathesisConfig
    from schemathesis.engine import from_schema

    token = bearer(caller, cast)
    config = SchemathesisConfig.from_dict(
        {
            "seed": plan.seed,
            "base-url": HOST,
            "headers": {"Authorization": f"Bearer {token}"} if token else {},
            "parameters": places(cast) if caller == "customer at home" else {},
            "generation": {"max-examples": plan.cases, "database": "none"},
            "checks": CHECKS,
            "phases": {name: {"enabled": name in plan.phases} for name in PHASES},
        }
    )
    schema = schemathesis.openapi.from_dict(document(), config=config)
    schema.app = Application()
    patient(schema.transport)
    return from_schema(schema).execute()


def bearer(caller: str, cast: Cast) -> str:
    """Give what a caller shows; nothing for nobody."""
    if caller == "anonymous":
        return ""
    if caller == "API key":
        return cast.keys["read"]
    user = cast.staff["operations"] if caller == "staff" else cast.owner.user
    return tokens.issue(user=user).access


def places(cast: Cast) -> Mapping[str, str]:
    """Give objects that are there, so that more than their absence is met."""
    names = ("wallet_id", "transaction_id", "destination_id", "user_id")
    return {f"path.{name}": cast.owner.objects[name] for name in names}


def patient(transport: Any) -> Any:
    """Have the tool's calls of an application in this process pass over what only networks know.

    The check that a route asks who calls would otherwise end in a TypeError.
    """
    send = transport.send
    if getattr(send, "is_patient", False):
        return transport

    def send_without(case: Any, **how: Any) -> Any:
        known = {name: value for name, value in how.items() if name not in OF_NETWORKS}
        return send(case, **known)

    send_without.is_patient = True  # type: ignore[attr-defined]
    transport.send = send_without
    return transport


def document() -> dict[str, Any]:
    """Make the document of the API as plain JSON."""
    made = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    plain: dict[str, Any] = json.loads(json.dumps(made, default=str))
    return plain


class Application:
    """The application as a web server calls it; no connection outlives a request."""

    def __init__(self) -> None:
        self.handler = WSGIHandler()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        """Answer a request."""
        answer = self.handler(environ, start_response)
        try:
            return list(answer)
        finally:
            answer.close()
            connections.close_all()


def read(event: Any, caller: str, found: dict[str, str], slowest_s: float) -> int:
    """Note what went wrong in a scenario, each thing once; say how many requests it took."""
    recorder = getattr(event, "recorder", None)
    if recorder is None:
        return note_error(event, caller, found)
    for case_id, checks in recorder.checks.items():
        case = recorder.cases[case_id].value
        for check in checks:
            if check.failure_info is None:
                continue
            made = recorder.interactions.get(case_id)
            answer = made.response if made else None
            if is_right(check.name, case, answer):
                continue
            said = " ".join(str(check.failure_info.failure).split())[:LONGEST]
            text = answer.content[:LONGEST].decode(errors="replace") if answer else "nothing"
            found.setdefault(
                f"{caller}: {recorder.label}: {said}", f"{case.as_curl_command()} -> {text}"
            )
    for case_id, made in recorder.interactions.items():
        if made.response is not None and made.response.elapsed > slowest_s:
            case = recorder.cases[case_id].value
            found.setdefault(
                f"{caller}: {recorder.label}: longer than {slowest_s} s", case.as_curl_command()
            )
    return len(recorder.interactions)


def note_error(event: Any, caller: str, found: dict[str, str]) -> int:
    """Note what kept Schemathesis from going on."""
    if type(event).__name__ in ("NonFatalError", "FatalError"):
        told = getattr(event, "info", None) or getattr(event, "exception", event)
        found.setdefault(f"{caller}: {told}"[:LONGEST], "")
    return 0


def is_right(check: str, case: Any, answer: Any) -> bool:
    """Say whether a failure is none: a trial run needs no key, and rules are no matter of shape."""
    if check == "missing_required_header":
        return (case.query or {}).get("dry_run") == "true"
    if check == "positive_data_acceptance":
        return not is_about_the_shape(case.operation.label, answer)
    return False


def is_about_the_shape(label: str, answer: Any) -> bool:
    """Say whether a request was refused for a shape that the document should not have allowed."""
    try:
        told = json.loads(answer.content)
        code, places = str(told["code"]), told.get("errors", [])
    except (AttributeError, KeyError, TypeError, ValueError):
        return True
    if code != "VALIDATION_ERROR":
        return code in ABOUT_THE_FORM
    beyond = BEYOND_THE_DOCUMENT.get(label, set())
    return any(p["code"] not in ABOUT_THE_VALUE and p["pointer"] not in beyond for p in places)
