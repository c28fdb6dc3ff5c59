"""The base of every view of the API."""

from typing import Any, ClassVar

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from coinhub.api.errors import MediaTypeUnsupported, Unauthenticated
from coinhub.api.input import Input, read_query
from coinhub.api.json import StrictJSONParser
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
    """A view that knows its query parameters and refuses others, and bodies that are no JSON."""

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    content_negotiation_class = OneAnswer
    query: ClassVar[type[Input] | None] = None
    wanted: dict[str, Any]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let the caller in, then read the query."""
        super().initial(request, *args, **kwargs)
        self.wanted = read_query(request.GET, self.query)

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
