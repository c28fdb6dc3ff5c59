"""``python3 -m coinhub``: standard library only, and this file is read by every Python there is."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the whole point is to say so on an older one
    sys.stderr.write("CoinHub needs Python 3.11 or newer, not %s\n" % sys.version.split()[0])  # noqa: UP031
    sys.exit(2)

from coinhub.cli.entry import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
