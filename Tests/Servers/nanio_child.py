"""nanio on loopback for the tests: FOLDER PORT. Ends with its standard input, and
FOLDER with it, so that nothing outlives who started it."""

import os
import shutil
import sys
import threading

from nanio.cli import main


def end_with_parent() -> None:
    sys.stdin.buffer.read()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


folder = sys.argv[1]
threading.Thread(target=end_with_parent, daemon=True).start()
sys.argv = ["nanio", "serve", "--data-dir", f"{folder}/data", "--host", "127.0.0.1", "--port", sys.argv[2], "--no-access-log",
            "--log-level", "warning"]
sys.exit(main())
