"""What every page of the back office is made of: lists and records that cannot be changed.

Tables grow to millions of rows, so no page counts, sorts or lists all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db import OperationalError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

COUNTED = 10_000  # a list is counted and paged so far; beyond that one searches
NONE = Q(pk__in=[])
# What pages call a row and a list of rows, where the model's own name says less.
TITLES = {
    "auth.group": ("Role", "Roles"),
    "integrity.run": ("Integrity run", "Integrity runs"),
    "kyc.case": ("Identity case", "Identity cases"),
    "users.user": ("Person", "People"),
    "wallets.destination": ("Address", "Address books"),
    "wallets.receipt": ("Receipt", "Receipts of rails"),
}
NARROWING = {"", "exact", "isnull", "isempty", "id__exact", "code__exact"}  # after a field's name


class ShortPaginator(Paginator):
    """Counts at most COUNTED rows of a list; ``is_cut`` says that there are more."""

    @cached_property
    def count(self) -> int:
        """Give the number of rows that can be paged through."""
        return min(self._counted, COUNTED)

    @property
    def is_cut(self) -> bool:
        """Say whether the list goes on after the last page."""
        return self._counted > COUNTED

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return int(rows[: COUNTED + 1].count())


@dataclass(frozen=True, slots=True)
class Column:
    """The heading of a column of a section."""

    text: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A way from one page of the back office to another."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A table under a record: what belongs to it."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    foot: Sequence[Sequence[Any]] = ()
    more: Link | None = None
    empty: str = "None."


class OfficeAdmin(admin.ModelAdmin):
    """The base of every model here: no bulk actions, no counting of whole tables, own search.

    ``found`` says which rows a search means; without it a list has no search. ``sections`` and
    ``related`` add to the page of one row.
    """

    actions = None
    show_full_result_count = False
    paginator = ShortPaginator
    list_per_page = 50
    list_max_show_all = 50
    show_facets = admin.ShowFacets.NEVER
    sortable_by: ClassVar[Any] = ()
    ordering: ClassVar[Any] = ("-pk",)
    empty_value_display = "–"
    change_form_template = "admin/record.html"

    @property
    def titles(self) -> tuple[str, str]:
        """Give the names of one row and of the list, as the head of a page has them."""
        one, many = str(self.opts.verbose_name), str(self.opts.verbose_name_plural)
        own = one[:1].upper() + one[1:], many[:1].upper() + many[1:]
        return TITLES.get(self.opts.label_lower, own)

    def name_of(self, obj: Any) -> str:
        """Name a record at the head of its page."""
        return str(obj)

    def found(self, term: str) -> Q:
        """Say which rows a search term means."""
        return NONE

    def sections(self, obj: Any) -> list[Section]:
        """List the tables under a record."""
        return []

    def related(self, obj: Any) -> list[Link]:
        """List the ways from a record to lists that belong to it."""
        return []

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Let an address narrow a list down by what rows are, not by how a field begins.

        With ranges and patterns one could feel one's way to what no page shows, such as the hash
        of a password.
        """
        ours = {getattr(one, "parameter_name", "") for one in self.get_list_filter(request)}
        if "\x00" in value or not (lookup in ours or lookup.partition("__")[2] in NARROWING):
            return False
        return super().lookup_allowed(lookup, value, request)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any | None:
        """Find the row of a page; no key holds NUL, which the database would not take."""
        return None if "\x00" in object_id else super().get_object(request, object_id, from_field)

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return ("pk",) if type(self).found is not OfficeAdmin.found else ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        return (queryset.filter(self.found(term)) if term else queryset), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show a list; a search that the database ends after its time-out is told, not a fault."""
        try:
            titled = {"title": self.titles[1], **(extra_context or {})}
            response = super().changelist_view(request, titled)
            if isinstance(response, TemplateResponse):
                response.render()
        except OperationalError:
            if not request.GET:
                raise
            messages.error(request, "That takes too long in a list of this size. Search by an id.")
            return HttpResponseRedirect(request.path)
        return response

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        one, many = self.titles
        context["list_title"] = many
        context["list_url"] = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
        if obj is not None:
            context["title"] = f"{one} {self.name_of(obj)}"
            context["subtitle"] = None
            context["sections"] = self.sections(obj)
            context["related"] = self.related(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)


class ReadOnlyAdmin(OfficeAdmin):
    """A model that nobody changes here, superusers included."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


GOOD = {"completed", "executed", "approved", "healthy", "active", "settled"}
BAD = {"failed", "rejected", "reversed", "bounced", "expired", "blocked", "frozen", "unknown"}
OVER = {
    "cancelled", "recalled", "returned", "captured", "released", "voided", "withdrawn", "closed",
}  # fmt: skip


def tag(state: str) -> SafeString:
    """Draw where something stands: its word, and a colour that repeats what the word says."""
    tones = (("good", GOOD), ("bad", BAD), ("over", OVER))
    tone = next((tone for tone, states in tones if state in states), "open")
    return format_html('<span class="tag tag-{}">{}</span>', tone, state.replace("_", " "))


def short_id(public_id: Any) -> SafeString:
    """Write the end of an id, which tells rows apart; the page of the row has all of it."""
    end = str(public_id)[-8:]
    return format_html('<span class="office-id" title="{}">…{}</span>', public_id, end)


def page_of(row: Model | None, text: Any = None) -> SafeString | str:
    """Link to the page of a row; the row itself is not asked for again."""
    if row is None:
        return "–"
    meta = row._meta
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', url, row if text is None else text)


def list_of(model: str, text: str, **where: Any) -> Link:
    """Link to a list, narrowed down; ``model`` is ``app_model``."""
    return Link(f"{reverse(f'admin:{model}_changelist')}?{urlencode(where)}", text)


def choice_filter(heading: str, field: str, values: Sequence[str]) -> type[admin.SimpleListFilter]:
    """Make a filter from values known beforehand: the table is not asked which there are."""

    class Chosen(admin.SimpleListFilter):
        title = heading
        parameter_name = field

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return [(value, value.replace("_", " ")) for value in values]

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            chosen = self.value()
            return queryset.filter(**{field: chosen}) if chosen else queryset

    return Chosen
