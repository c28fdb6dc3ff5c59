"""How a picture is answered: no browser keeps it, runs it or shows it elsewhere."""

from django.http import HttpResponse

SANDBOXED = "default-src 'none'; sandbox"


def picture_response(data: bytes) -> HttpResponse:
    """Answer with a picture of ours."""
    return HttpResponse(
        data,
        content_type="image/jpeg",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": 'inline; filename="document.jpg"',
            "Content-Security-Policy": SANDBOXED,
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )
