"""Files in forms: only where a view takes them, one, in memory, and no larger than allowed.

Django reads a form before the view's own checks run, so it is decided by the view's class: it says
``takes_files = True``. A file is never written to a disk on its way.
"""

import io
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest
from django.urls import Resolver404, resolve

MOST_BYTES = 10_000_000
MOST_READ = 60_000_000  # so much is read to its end, so that a person is told and not cut off


class OneFile(FileUploadHandler):
    """Keeps one file in memory; one that is too large does not arrive at all."""

    sent = 0

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # noqa: N803  # Django's name
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        """Note how much was sent."""
        self.sent = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file, or stop reading where none is taken."""
        super().new_file(*args, **kwargs)
        if self.request is None or not takes_files(self.request):
            raise StopUpload(connection_reset=self.sent > MOST_READ)
        self.kept = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a piece."""
        if start + len(raw_data) > MOST_BYTES:
            raise StopUpload(connection_reset=self.sent > MOST_READ)
        self.kept.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """Give the file to the form."""
        self.kept.seek(0)
        return InMemoryUploadedFile(
            file=self.kept,
            field_name=self.field_name,
            name=self.file_name or "",
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
        )


def takes_files(request: HttpRequest) -> bool:
    """Say whether the view behind an address takes files."""
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return False
    return bool(getattr(getattr(view, "view_class", None), "takes_files", False))


def was_too_large(request: HttpRequest) -> bool:
    """Say whether a file that did not arrive was too large."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isdigit() and int(length) > MOST_BYTES
