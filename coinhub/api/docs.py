"""The documentation of the API: the list of errors, the schema and a page to browse it."""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from coinhub.core.db import ROOT

_ROW = re.compile(r"\| `([A-Z_]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|")


@dataclass(frozen=True, slots=True)
class Code:
    """One row of the catalogue."""

    name: str
    status: str
    stored: str
    meaning: str
    advice: str


@lru_cache
def catalogue() -> tuple[Code, ...]:
    """Read the list of error codes from its document."""
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    return tuple(
        Code(*(cell.strip().replace("`", "") for cell in row)) for row in _ROW.findall(text)
    )


def errors(request: HttpRequest) -> HttpResponse:
    """Show the list; the ``type`` of every refusal leads to its row."""
    return render(request, "api/errors.html", {"codes": catalogue()})


class SchemaView(SpectacularAPIView):
    """GET schema: the OpenAPI document, for everybody."""

    authentication_classes = []
    permission_classes = []


class DocsView(SpectacularSwaggerSplitView):
    """GET docs: the document to browse, without inline script and outside requests."""

    authentication_classes = []
    permission_classes = []
    template_name = "api/docs.html"
    url_name = "api-schema"
    title = "CoinHub API"
