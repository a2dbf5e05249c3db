"""nanio on loopback for the tests: FOLDER PORT. Ends with its standard input, so that it never outlives who started it."""

import os
import sys
import threading

from nanio.cli import main


def end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()
sys.argv = ["nanio", "serve", "--data-dir", sys.argv[1], "--host", "127.0.0.1", "--port", sys.argv[2], "--no-access-log",
            "--log-level", "warning"]
sys.exit(main())
