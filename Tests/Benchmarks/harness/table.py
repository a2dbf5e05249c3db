"""Rows and their spread as a table for people."""

from harness.rows import Row

HEAD = ("measure", "unit", "ours", "peer", "its value", "ours/peer", "bound", "of bound")


def text(rows: list[Row], spreads: dict[tuple[str, str], float | None]) -> str:
    """`spreads`: by (row name, party), party "ours" or the peer's name; printed behind the value."""
    lines = [HEAD]
    for row in rows:
        lines.append((
            row.name, row.unit, value(row.ours, spreads.get((row.name, "ours"))), row.peer or "-",
            value(row.peer_value, spreads.get((row.name, row.peer or ""))),
            "-" if row.ratio is None else f"{row.ratio:.2f}", value(row.bound, None),
            f"{100 * row.ours / row.bound:.0f} %" if row.bound else "-"))
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join("  ".join(word.ljust(width) for word, width in zip(line, widths)).rstrip() for line in lines)


def value(number: float | None, spread: float | None) -> str:
    if number is None:
        return "-"
    shown = f"{number:.0f}" if abs(number) >= 100 else f"{number:.1f}" if abs(number) >= 10 else f"{number:.3f}"
    return shown if spread is None else f"{shown} ±{50 * spread:.0f}%"
