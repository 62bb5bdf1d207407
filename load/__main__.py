"""`python -m load`: Locust with this suite's locustfile. Locust's own --help does not list its options; this one does.

Everything but --help goes to Locust as it is: `python -m load --headless --deployment FILE`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

LOCUSTFILE = Path(__file__).with_name("locustfile.py")


def main(arguments: list[str]) -> None:
    """Become Locust, or show what the suite adds to it."""
    if not {"-h", "--help"} & set(arguments):
        os.execv(sys.executable, [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), *arguments])
    from locust.argument_parser import LocustArgumentParser

    from load.runtime import options
    from load.scenarios.registry import SCENARIOS

    parser = LocustArgumentParser(
        prog="python -m load",
        usage="python -m load [options of this suite] [options of Locust]",
        description="Promises under load. These options are besides Locust's own (`locust --help`), such as "
        "--headless, --run-time, --processes, --master, --worker, --web-port.",
        epilog="Exit codes: 0 upheld, 1 broken, 2 a mistake in a file, 3 nothing judged, 4 blocked, lost or unproven.",
        add_config_file_help=False,
        add_env_var_help=False,
    )
    options.add(parser, list(SCENARIOS))
    parser.print_help()


if __name__ == "__main__":
    main(sys.argv[1:])
