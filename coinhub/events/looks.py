"""Pages of the back office that show what is a customer's: every look at one is recorded."""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from coinhub.core.admin import OfficeAdmin
from coinhub.core.requests import actor_of
from coinhub.events import audit
from coinhub.events.reasons import reason_of

LIST = "list"  # stands for the id of a row where many are shown
LONGEST_QUERY = 300


class LookedAtAdmin(OfficeAdmin):
    """Mixed into a page: who looked at which row or list, why, and of whom it tells.

    ``look_type`` names the kind of object in the trail where that is not the model's name,
    ``look_owners`` where the ids of the customers stand, from the row on; their way is fetched with
    the rows.
    """

    look_type: ClassVar[str] = ""
    look_owners: ClassVar[tuple[str, ...]] = ()

    def look_name(self, obj: Any) -> str:
        """Name the row as the trail does: by its public id where it has one."""
        return str(getattr(obj, "public_id", obj.pk))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **named: Any
    ) -> HttpResponse:
        """Record the look, then show the row."""
        obj = named.get("obj")
        if obj is not None:
            self._looked(request, self.look_name(obj), "page", self.owners_of(obj))
        return super().render_change_form(request, context, *args, **named)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Make the list, and give it out once the look is recorded with what was searched for."""
        response = super().changelist_view(request, extra_context)
        query = request.GET.urlencode()[:LONGEST_QUERY]
        self._looked(request, LIST, f"list ?{query}" if query else "list", self._listed(response))
        return response

    def owners_of(self, row: Any) -> Iterator[UUID | None]:
        """Give the customers of whom a row tells."""
        for place in self.look_owners:
            found = row
            for name in place.split("."):
                found = getattr(found, name, None)
            yield found

    def _listed(self, response: HttpResponse) -> set[UUID | None]:
        """Give the customers of whom the rows of a list tell; none where it leads elsewhere."""
        if not isinstance(response, TemplateResponse) or response.context_data is None:
            return set()
        shown = response.context_data.get("cl")
        rows = shown.result_list if shown is not None else ()
        return {owner for row in rows for owner in self.owners_of(row)}

    def _looked(
        self,
        request: HttpRequest,
        object_id: str,
        what: str,
        customers: Iterable[UUID | None] = (),
    ) -> None:
        audit.looked_at(
            actor=actor_of(request),
            object_type=self.look_type or str(self.opts.model_name),
            object_id=object_id,
            what=what,
            reason=reason_of(request),
            customers=customers,
        )
