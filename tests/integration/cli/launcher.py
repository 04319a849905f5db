"""The command `wakeful` as a process, over a test's own topics: `python -m tests.integration.cli.launcher PREFIX …`."""

import sys

from wakeful.cli import installation, main

if __name__ == "__main__":
    installation.PREFIX = sys.argv.pop(1)  # type: ignore[misc]
    sys.argv[0] = "wakeful"
    main()
