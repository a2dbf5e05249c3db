"""What is known to change nothing, what was found before, and the table at the end."""

import json


class Equivalents:
    """Tests/Mutation/equivalent.txt: mutants, one a line, and behind them an indented line with why they change nothing."""

    def __init__(self, path):
        self.reasons, self.mistakes, waiting = {}, [], []
        for line in path.read_text().splitlines() if path.exists() else []:
            if not line.strip() or line.startswith("#"):
                continue
            if line.startswith(" "):
                if not waiting:
                    self.mistakes.append(f"a reason without a mutant: {line.strip()}")
                self.reasons.update({key: line.strip() for key in waiting})
                waiting = []
            else:
                waiting.append(line)
        self.mistakes += [f"without a reason: {key}" for key in waiting]


class Results:
    """One line for each mutant that was tried, so that a run that ended early goes on where it was."""

    def __init__(self, path, package):
        self.path, self.package, self.known = path, package, {}
        for line in path.read_text().splitlines() if path.exists() else []:
            entry = json.loads(line)
            if entry["sources"] == package.sources:
                self.known[entry["key"]] = entry

    def put(self, mutant, state, by, outlived):
        entry = {"key": mutant.key, "state": state, "by": by, "sources": self.package.sources, "outlived": outlived}
        self.known[mutant.key] = entry
        with self.path.open("a") as file:
            file.write(json.dumps(entry) + "\n")

    def state(self, mutant):
        return self.known.get(mutant.key, {}).get("state")

    def outlived(self, mutant):
        return self.known.get(mutant.key, {}).get("outlived", [])

    def is_settled(self, mutant, survives):
        """A death stays while the sources do; who lived may die of a test that is new, or another now."""
        state = self.state(mutant)
        return state == "killed" or (state is not None and set(survives) <= set(self.outlived(mutant)))


def report(mutants, chosen, results, equivalents, refused, broken, say):
    """Prints the table; gives the number of things that are wrong."""
    wrong = list(equivalents.mistakes)
    keys = {mutant.key for mutant in mutants}
    wrong += [f"names no mutant: {key}" for key in equivalents.reasons if key not in keys]
    wrong += [f"a test fails without any mutant: {test}" for test in broken]
    rows, alive = {}, []
    for mutant in chosen:
        row = rows.setdefault(mutant.file, dict.fromkeys(("killed", "survived", "equivalent"), 0))
        state = results.state(mutant)
        if mutant.key in equivalents.reasons:
            row["equivalent"] += 1
            if state == "killed":
                wrong.append(f"stale, a test kills it: {mutant.key}")
        elif state == "killed":
            row["killed"] += 1
        else:
            row["survived"] += 1
            alive.append((mutant, state))
    say(f"\n{'file':60} killed survived equivalent")
    for file, row in sorted(rows.items()):
        say(f"{file:60} {row['killed']:6} {row['survived']:8} {row['equivalent']:10}")
    total = {name: sum(row[name] for row in rows.values()) for name in ("killed", "survived", "equivalent")}
    say(f"{'all':60} {total['killed']:6} {total['survived']:8} {total['equivalent']:10}")
    say(f"{len(refused)} more points do not compile when they are mutated, and are not counted")
    for mutant, state in alive:
        where = f"Shared/{mutant.file}:{mutant.line}"
        say(f"{state or 'not tried'}: {where}: {mutant.kind} {mutant.name}\n  {mutant.key}")
    for line in wrong:
        say(f"wrong: {line}")
    say(f"{total['killed'] + total['equivalent']} passed, {len(alive) + len(wrong)} failed")
    return len(alive) + len(wrong)
