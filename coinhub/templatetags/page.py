"""What every page template needs: icons from the sprite, and the mark of the current page."""

from django import template
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

# How allauth names its fields, and how all our pages do.
OUR_WORDS = {
    "Email": "E-mail",
    "Current Password": "Current password",
    "New Password": "New password",
    "New Password (again)": "New password, again",
    "Password (again)": "Password, again",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of the sprite; it is decoration, the words beside it carry the meaning."""
    return format_html(
        '<svg class="icon-ch" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("app/icons.svg"),
        name,
    )


@register.filter
def in_our_words(label: str) -> str:
    """Name a field of the account pages as the other pages would."""
    return OUR_WORDS.get(str(label), str(label))


@register.simple_tag(takes_context=True)
def current(context: Context, *url_names: str) -> str:
    """Mark the link of the page that is open, and of the pages below it."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    if match is None or match.url_name not in url_names:
        return ""
    return SafeString(
        'aria-current="page"' if match.url_name == url_names[0] else 'aria-current="true"'
    )
