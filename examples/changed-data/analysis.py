"""The share of students who passed, by group. `--stamp` adds the date of the file, and so breaks it."""

import csv
import json
import sys
from pathlib import Path

DATA = Path("students.csv")


def main() -> None:
    with DATA.open(encoding="utf-8", newline="") as file:
        students = list(csv.DictReader(file))
    groups = {}
    for row in students:
        groups.setdefault(row["group"], []).append(int(row["passed"]))
    summary = {group: sum(passed) / len(passed) for group, passed in sorted(groups.items())}
    summary["effect"] = summary["tutored"] - summary["control"]
    if "--stamp" in sys.argv[1:]:
        # The date of a file is not part of its content: no copy of the data gives this result again.
        summary["data_as_of"] = DATA.stat().st_mtime
    with Path("summary.json").open("w", encoding="utf-8") as file:
        json.dump(summary, file, indent=2)
        file.write("\n")
    print(f"effect of tutoring: {summary['effect']:+.3f}")


if __name__ == "__main__":
    main()
