"""GET, POST kyc; POST kyc/documents; POST kyc/submit: the caller's own case."""

from datetime import date
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from coinhub.api.errors import MediaTypeUnsupported
from coinhub.api.input import Input, TextField
from coinhub.api.schema import refusals
from coinhub.api.views import View
from coinhub.core.requests import actor_of
from coinhub.core.uploads import was_too_large
from kyc import persons
from kyc.api import shapes
from kyc.countries import COUNTRIES
from kyc.models import Case
from kyc.models.details import IdKind
from kyc.models.document import Kind
from kyc.pictures.refused import WORDS
from kyc.refusals import DocumentRefused
from kyc.selectors import cases as selectors
from kyc.services import cases, documents


def text(name: str, **options: Any) -> TextField:
    """Make a member of text that has the rules of persons."""
    return TextField(max_length=persons.LONGEST[name], trim_whitespace=True, **options)


class DetailsInput(Input):
    """Who the caller is, and which tier is asked for."""

    full_name = text("full_name")
    birth_date = TextField(max_length=10, help_text="such as 1985-12-10")
    street = text("street")
    city = text("city")
    postcode = text("postcode")
    country = serializers.ChoiceField(sorted(COUNTRIES))
    tax_id = text("tax_id")
    id_kind = serializers.ChoiceField(IdKind.choices)
    tier = serializers.ChoiceField([1, 2], default=1)
    source_of_funds = text("source_of_funds", allow_blank=True, default="")
    consent = serializers.BooleanField(help_text="true: CoinHub may use and keep this")

    def validate_birth_date(self, value: str) -> date:
        """Read the day and check the age."""
        try:
            born = date.fromisoformat(value)
        except ValueError:
            raise serializers.ValidationError("a day such as 1985-12-10", "TIME_INVALID") from None
        _require(persons.birth_problem(born, timezone.now().date()))
        return born

    def validate_full_name(self, value: str) -> str:
        """Check the name."""
        _require(persons.name_problem(value))
        return value

    def validate_consent(self, value: bool) -> bool:
        """Take nothing without consent."""
        _require(None if value else "without consent nothing is checked")
        return value


def _require(problem: str | None) -> None:
    if problem is not None:
        raise serializers.ValidationError(problem)


class Kyc(View):
    """GET, POST kyc: where the caller's identity check stands, and what they say of themselves."""

    scope: ClassVar[Any] = {"GET": "read", "POST": "person"}

    @extend_schema(
        operation_id="kyc", responses={200: shapes.CaseShape, **refusals(400, 401, 403, 429, 503)}
    )
    def get(self, request: Request) -> Response:
        """Tell where it stands."""
        pk = self.person.pk
        return Response(shapes.case(selectors.find_case(pk) or Case(customer_id=pk)))

    @extend_schema(
        operation_id="kyc_details",
        request=DetailsInput,
        responses={
            200: shapes.CaseShape,
            **refusals(400, 401, 403, 409, 413, 415, 429, 503),
        },
    )
    def post(self, request: Request) -> Response:
        """Keep what the caller says."""
        said = self.read(request, DetailsInput)
        tier = int(said.pop("tier"))
        said.pop("consent")
        case = cases.save_details(
            customer_id=self.person.pk,
            person=cases.Person(**said),
            tier=tier,
            actor=actor_of(request),
        )
        return Response(shapes.case(case))


class DocumentInput(serializers.Serializer):
    """One document, as ``multipart/form-data``."""

    kind = serializers.ChoiceField(Kind.choices)
    file = serializers.FileField(help_text="JPEG, PNG, WebP or PDF, at most 10 MB")


class KycDocuments(View):
    """POST kyc/documents: send one document."""

    scope = "person"
    rate = "files"
    takes_files: ClassVar[bool] = True
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="kyc_document",
        request={"multipart/form-data": DocumentInput},
        responses={
            201: shapes.DocumentShape,
            **refusals(400, 401, 403, 409, 415, 429, 503),
        },
    )
    def post(self, request: Request) -> Response:
        """Take it in; what is kept is a picture made of it."""
        if not (request.content_type or "").lower().startswith("multipart/form-data"):
            raise MediaTypeUnsupported("The body must be multipart/form-data")
        if "file" not in request.data and was_too_large(request._request):
            raise DocumentRefused("too_large", WORDS["too_large"])
        checked = DocumentInput(data=request.data)
        checked.is_valid(raise_exception=True)
        sent = checked.validated_data["file"]
        made = documents.add_document(
            customer_id=self.person.pk,
            kind=checked.validated_data["kind"],
            name=sent.name or "",
            data=sent.read(),
            actor=actor_of(request),
        )
        return Response(shapes.document(made), status=201)


class KycSubmit(View):
    """POST kyc/submit: hand the case in, the first time or with what was asked for again."""

    scope = "person"

    @extend_schema(
        operation_id="kyc_submit",
        request=Input,
        responses={
            200: shapes.CaseShape,
            **refusals(400, 401, 403, 409, 413, 415, 429, 503),
        },
    )
    def post(self, request: Request) -> Response:
        """Hand it in."""
        self.read(request, Input)
        case = cases.submit(customer_id=self.person.pk, actor=actor_of(request))
        return Response(shapes.case(case))
