"""`Deploy/demo-credit` on some pages of two packages: who earned what, why, and that it recomputes."""

import subprocess

import pytest

from harness import programs


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Pages of packages, which are fetched once and kept with the tests' other files."""
    cache, folder = programs.ROOT / ".build/test-data/packages", tmp_path_factory.mktemp("pages")
    names = ["bash-doc", "sqlite3-doc"]
    script = f"set -e; . Deploy/prerequisites.sh; fetch_packages '{cache}' {' '.join(names)}"
    subprocess.run(["bash", "-c", script], cwd=programs.ROOT, check=True)
    for name in names:
        (folder / name).mkdir()
        for page in ("lang_vacuum.html", "lang_analyze.html", "bashref.html", "article.txt"):
            for found in sorted((cache / name).rglob(page))[:1]:
                (folder / name / page).write_bytes(found.read_bytes())
    return folder


def demonstrate(pages, data, *options: str) -> str:
    done = subprocess.run(
        [str(programs.ROOT / "Deploy/demo-credit"), "--bin", str(programs.folder()), "--data", str(data), "--pages",
         str(pages), "--model", programs.model(), "--encoder", programs.encoder(), *options],
        env=programs.environment(), capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout + done.stderr


def test_it_says_who_earned_what_and_recomputes_it(pages, tmp_path):
    said = demonstrate(
        pages, tmp_path, "--documents", "2", "--max-tokens", "32", "--question", "What does VACUUM do in SQLite?")
    # shares, scores, values, spans, owners, matches
    assert said.count("recomputed: ") == said.count(" equal ") == 6, said
    assert "debian.org/sqlite3-doc (registered, debian.org/sqlite3-doc/passages/0" in said, said
    assert said.count("each line under its signed root") == 2, said


def test_more_than_six_documents_are_credited_later(tmp_path, is_long):
    """A value for every set of them takes minutes: in a short run there are fewer, and nothing comes later."""
    subjects = ("bread", "trains", "rivers", "stars")
    for name in subjects:
        (tmp_path / "pages" / name).mkdir(parents=True)
        for page in range(2):
            text = " ".join(f"Page {page} says of {name} that number {at} is the best of them." for at in range(6))
            (tmp_path / "pages" / name / f"{page}.txt").write_text(text)
    count = 7 if is_long else 3
    said = demonstrate(
        tmp_path / "pages", tmp_path / "data", "--documents", str(count), "--max-tokens", "2", "--question",
        "What is said of bread, trains, rivers and stars?")
    assert ("credited later" in said) == is_long and f"{2 ** count} sets" in said and "differs" not in said, said
    assert said.count("each line under its signed root") == len(subjects), said


def test_a_folder_without_folders_is_named(pages, tmp_path):
    done = programs.colophon("demo", "passages", str(pages / "bash-doc"), "--out", str(tmp_path / "texts"))
    assert done.returncode == 66 and b"has no folders" in done.stderr
