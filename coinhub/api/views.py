"""The base of every view of the API."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from coinhub.api import limits
from coinhub.api.auth import require_scope
from coinhub.api.errors import MediaTypeUnsupported, Unauthenticated
from coinhub.api.input import Input, read_query
from coinhub.api.json import StrictJSONParser
from coinhub.core.requests import address_of
from coinhub.users.models import User


class OneAnswer(BaseContentNegotiation):
    """Every view has one form of answer, whatever ``Accept`` says."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """Take the only parser, and only for its media type."""
        media_type = (request.content_type or "").partition(";")[0].strip().lower()
        return next((p for p in parsers if p.media_type == media_type), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        """Take the only renderer."""
        return renderers[0], renderers[0].media_type


class View(APIView):
    """A view that knows its query parameters and refuses others, and bodies that are no JSON.

    Each view declares ``scope``, one of ``coinhub.api.auth.SCOPES``: what an API key needs, or
    ``person``, ``staff`` and ``open``, which no key has; where methods differ, one for each, such
    as ``{"GET": "read", "POST": "withdraw"}``. Without it no key gets in, and a test fails.
    ``rate`` names the limit its calls count into.
    """

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    content_negotiation_class = OneAnswer
    scope: ClassVar[str | Mapping[str, str]] = ""
    rate: ClassVar[str] = "reads"
    query: ClassVar[type[Input] | None] = None
    wanted: dict[str, Any]
    standing: limits.Standing | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let the caller in (who, which scope, which role, how often), then read the query."""
        super().initial(request, *args, **kwargs)
        self.wanted = read_query(request.GET, self.query)

    def check_permissions(self, request: Request) -> None:
        """Ask an API key for the scope, then everybody for the role.

        Raises: ScopeMissing, AddressNotAllowed, Forbidden.
        """
        require_scope(request, self.scope_for(request.method or ""))
        super().check_permissions(request)

    @classmethod
    def scope_for(cls, method: str) -> str:
        """Give the scope that an API key needs for a method; empty lets no key in."""
        if isinstance(cls.scope, str):
            return cls.scope
        return cls.scope.get("GET" if method == "HEAD" else method, "")

    def check_throttles(self, request: Request) -> None:
        """Count the call, repeats and later refusals included.

        Raises: RateLimited.
        """
        account = request.user.pk if isinstance(request.user, User) else None
        self.standing = limits.take(self.rate, account=account, address=address_of(request))
        if self.standing is not None:
            self.standing.require()

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Tell the caller how many calls are left."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        if self.standing is not None:
            for name, value in self.standing.headers().items():
                answer[name] = value
        return answer

    @property
    def person(self) -> User:
        """Give the caller.

        Raises: Unauthenticated.
        """
        user = self.request.user
        if not isinstance(user, User):
            raise Unauthenticated
        return user

    def body(self, request: Request) -> dict[str, Any]:
        """Give the members of the body; an empty body has none.

        Raises: MediaTypeUnsupported for another type.
        """
        if not (request.content_type or "").lower().startswith(StrictJSONParser.media_type):
            raise MediaTypeUnsupported
        return dict(request.data)

    def read(self, request: Request, reader: type[Input]) -> dict[str, Any]:
        """Read and check the body.

        Raises: ValidationError.
        """
        checked = reader(data=self.body(request))
        checked.is_valid(raise_exception=True)
        return dict(checked.validated_data)
