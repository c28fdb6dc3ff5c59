"""The API's own document, and whether an answer is what it says."""

import re
import threading
from functools import cache, lru_cache
from typing import Any

from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

# Said for every address alike: a method it does not take, a fault, an address that is none.
EVERYWHERE = ("METHOD_NOT_ALLOWED", "SERVER_ERROR", "ROUTE_NOT_FOUND")


@lru_cache
def document() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Make the document; give it with the warnings and errors of the generator."""
    GENERATOR_STATS.reset()
    made = SchemaGenerator().get_schema(request=None, public=True)
    return made, GENERATOR_STATS._warn_cache, GENERATOR_STATS._error_cache


def closed(schema: Any) -> Any:
    """Forbid members that the document does not name, at every level."""
    if isinstance(schema, dict):
        made = {name: closed(value) for name, value in schema.items()}
        if made.get("type") == "object" and "properties" in made:
            made["additionalProperties"] = False
        return made
    return [closed(item) for item in schema] if isinstance(schema, list) else schema


@lru_cache
def _components() -> Any:
    return closed(document()[0]["components"])


@lru_cache
def _addresses() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    paths = document()[0]["paths"].items()
    return [(re.compile(re.sub(r"\{.*?\}", "[^/]+", path) + r"\Z"), each) for path, each in paths]


@cache
def _validator(operation_id: str, status: str, content_type: str) -> Draft202012Validator | None:
    """Give what checks an answer; ``None`` for one without a body."""
    (operation,) = [
        each
        for methods in document()[0]["paths"].values()
        for each in methods.values()
        if each["operationId"] == operation_id
    ]
    assert status in operation["responses"], f"{operation_id} does not say {status}"
    content = operation["responses"][status].get("content")
    if content is None:
        return None
    assert content_type in content, f"{operation_id} does not say {content_type} of {status}"
    schema = content[content_type]["schema"]
    if schema.get("type") == "string" and "json" not in content_type:
        return None
    return Draft202012Validator({**closed(schema), "components": _components()})


def require_true(answer: Any, method: str, address: str) -> None:
    """Check an answer against the document; a refusal may have members of its own code.

    Clients in threads are let pass: the generator is made for one at a time, and would hold up
    those who are to call at the same moment.

    Raises: AssertionError, ValidationError.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    path = re.sub(r"^/api/(?:v1/)?", "/api/v1/", address.partition("?")[0])
    found = next((each for form, each in _addresses() if form.match(path)), {}).get(method.lower())
    content_type = answer.headers.get("Content-Type", "").partition(";")[0]
    is_problem = content_type == "application/problem+json"
    if found is None or (is_problem and answer.json()["code"] in EVERYWHERE):
        return
    status = str(answer.status_code)
    validator = _validator(found["operationId"], status, content_type)
    if validator is None:
        return
    shown = answer.json()
    if is_problem:
        known = _components()["schemas"]["Problem"]["properties"]
        shown = {name: value for name, value in shown.items() if name in known}
    validator.validate(shown)
