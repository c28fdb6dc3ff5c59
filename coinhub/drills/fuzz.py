"""The drill ``fuzz``: what the API's own document allows and forbids, sent by every kind of caller.

Schemathesis makes the requests. It is a tool of development and no part of the product: without
``requirements-dev.txt`` the drill says so and cannot run.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from drf_spectacular.generators import SchemaGenerator

from coinhub.drills import authz, authz_cast, invariants
from coinhub.drills.authz_cast import Cast
from coinhub.users.services import tokens

HOST = "http://localhost/"
CALLERS = ("anonymous", "customer", "customer at home", "API key", "staff")
SLOWEST_S = 2.0
# What a request that the document allows meets is for the rules of money to say, not for its shape.
# Who is nobody is one of the callers here; the tool's own try of it needs a server of its own.
CHECKS = {
    "positive_data_acceptance": {"enabled": False},
    "ignored_auth": {"enabled": False},
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


def run(plan: Plan | None = None) -> dict[str, Any]:
    """Run the drill and give its result.

    Writes: people of its own, and what their calls do.
    Raises: NoTool.
    """
    plan = plan or Plan()
    require_tool()
    authz.hush()
    cast = authz_cast.assemble()
    sent: Counter[str] = Counter()
    found: dict[str, str] = {}
    for caller in plan.callers:
        for event in events(plan, caller, cast):
            sent[caller] += read(event, caller, found)
    promises = invariants.broken()
    return {
        "name": "fuzz",
        "ok": not found and not any(promises.values()) and sent.total() > 0,
        "seed": plan.seed,
        "cases": plan.cases,
        "requests": dict(sent),
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


def read(event: Any, caller: str, found: dict[str, str]) -> int:
    """Note what went wrong in a scenario, each thing once; say how many requests it took."""
    recorder = getattr(event, "recorder", None)
    if recorder is None:
        return note_error(event, caller, found)
    for case_id, checks in recorder.checks.items():
        case = recorder.cases[case_id].value
        for check in checks:
            if check.failure_info is None or is_right(check.name, case):
                continue
            said = " ".join(str(check.failure_info.failure).split())[:LONGEST]
            found.setdefault(f"{caller}: {recorder.label}: {said}", case.as_curl_command())
    for case_id, made in recorder.interactions.items():
        if made.response is not None and made.response.elapsed > SLOWEST_S:
            case = recorder.cases[case_id].value
            found.setdefault(
                f"{caller}: {recorder.label}: longer than {SLOWEST_S} s", case.as_curl_command()
            )
    return len(recorder.interactions)


def note_error(event: Any, caller: str, found: dict[str, str]) -> int:
    """Note what kept Schemathesis from going on."""
    if type(event).__name__ in ("NonFatalError", "FatalError"):
        told = getattr(event, "info", None) or getattr(event, "exception", event)
        found.setdefault(f"{caller}: {told}"[:LONGEST], "")
    return 0


def is_right(check: str, case: Any) -> bool:
    """Say whether a failure is none: a trial run needs no key."""
    return check == "missing_required_header" and (case.query or {}).get("dry_run") == "true"
