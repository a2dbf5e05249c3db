"""One service alone, with nothing around it."""

from pathlib import Path

from harness import programs
from harness.process import Child


class LoneService:
    """A service process over a folder of its own, as an operator would start it by hand."""

    def __init__(
        self, name: str, folder: Path, *arguments: str, variables: dict[str, str] | None = None,
        says_data: bool = False,
    ) -> None:
        self.name = name
        self.data = folder / "data"
        given = list(arguments) if says_data else ["--data", str(self.data), "--port", "0", *arguments]
        self.child = Child([programs.service_program(name), *given], folder / f"{name}.jsonl", variables)

    def __enter__(self) -> "LoneService":
        try:
            self.listening = self.child.json_line("listening", 60)
        except Exception:
            self.child.kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.child.kill()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listening['port']}"

    @property
    def token(self) -> str:
        return (self.data / "token").read_text().strip()
