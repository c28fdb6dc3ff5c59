"""The process that reads a stranger's file: limits first, then one file in, one picture out.

``python -c "...; child.main()" KIND`` reads the file from standard input and writes a line of JSON
and the picture. It knows no database, no keys, no settings; when it is killed, the file is refused.
"""

import json
import resource
import sys

CPU_S = 3
MEMORY_BYTES = 300 * 1024 * 1024
OPEN_FILES = 32


def limit() -> None:
    """Take away time, memory, files and children before anything foreign is looked at."""
    for what, most in (
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(what, (most, most))


def main() -> None:
    """Read one file and answer."""
    limit()
    kind, data = sys.argv[1], sys.stdin.buffer.read()
    from kyc.pictures.refused import Refused

    try:
        said, made = make(kind, data)
    except Refused as refusal:
        said, made = {"refused": refusal.reason}, b""
    except MemoryError:
        said, made = {"refused": "too_costly"}, b""
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + made)
    sys.stdout.buffer.flush()


def make(kind: str, data: bytes) -> tuple[dict[str, object], bytes]:
    """Make the picture; the readers are loaded only here, under the limits.

    Raises: Refused.
    """
    from kyc.pictures import images

    if kind == "pdf":
        from kyc.pictures import papers

        image, pages = papers.flatten(data)
    else:
        image, pages = images.redraw(data, kind), 1
    made = images.write(image)
    return {"width": image.width, "height": image.height, "pages": pages}, made
