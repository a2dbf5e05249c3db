"""A storage service alone, which the command line finds by the folder's ready file."""

import json
import re
import subprocess
from pathlib import Path


class Service:
    def __init__(self, program: str, data: Path, *settings: str) -> None:
        ready = data / "up/ready.json"
        ready.parent.mkdir(parents=True)
        log = data / "storage.log"
        with open(log, "wb") as file:
            self.process = subprocess.Popen(
                [program, "--data", str(data), "--port", "0", *settings], stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=file)
        for line in self.process.stdout:
            if b'"listening"' in line:
                self.url = f"http://127.0.0.1:{json.loads(line)['listening']['port']}"
                ready.write_text(json.dumps({"storage": self.url}))
                return
        raise SystemExit(f"error: storage did not start: {log.read_text(errors='replace')[-2000:]}")

    def __enter__(self) -> "Service":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def peak_mib(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024
