"""The addresses of the site, and the empty view that it is measured against."""

from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response

from coinhub.api.auth import PERSON
from coinhub.api.views import View


class Empty(View):
    """POST bench/empty: knows its caller and does nothing."""

    scope = PERSON

    def post(self, request: Request) -> Response:
        """Answer at once."""
        return Response({})


urlpatterns = [path("bench/empty", Empty.as_view()), path("", include("coinhub.urls"))]
