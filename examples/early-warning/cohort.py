"""Make a cohort of students in which nobody is real: `python cohort.py [STUDENTS] [SEED]` writes cohort.csv.

How the numbers come about, so that results can be judged against the truth:

- Two groups: `direct` entrants from school (70 %) and `return`ers to education (30 %), who fail twice as
  often (about a third of them against a sixth) for reasons that no column holds.
- `prior` attainment (0 to 100) is normal. It is missing for about 5 % of the direct entrants and 30 % of the
  returners, whose certificates are old or foreign, and more often where it is low: dropping rows would bias.
- `attendance` (share of classes) and `clicks` (in the learning environment, first six weeks) rise with a
  hidden engagement that also decides failing. Returners attend as much and click less: they study on paper.
- `failed` is drawn from a logistic model of prior attainment, engagement and group.
"""

import csv
import sys
from pathlib import Path

import numpy as np

COLUMNS = ("student", "group", "prior", "attendance", "clicks", "failed")


def make_cohort(students: int = 1500, seed: int = 2026) -> list[tuple[object, ...]]:
    """The rows of a cohort; the same seed gives the same rows with the same version of NumPy."""
    random = np.random.default_rng(seed)
    returner = random.random(students) < 0.30
    engagement = random.normal(size=students)
    prior = np.clip(random.normal(62 - 4 * returner, 13), 0, 100)
    missing = random.random(students) < np.where(returner, 0.30, 0.05) * np.where(prior < 55, 1.3, 0.85)
    attendance = 1 / (1 + np.exp(-(1.1 + 0.8 * engagement + random.normal(scale=0.5, size=students))))
    clicks = random.poisson(np.exp(4.6 + 0.5 * engagement - 0.5 * returner))
    logit = -1.75 - 0.055 * (prior - 60) - 1.0 * engagement + 0.65 * returner
    failed = random.random(students) < 1 / (1 + np.exp(-logit))
    return [
        (
            f"s{number:05}",
            "return" if returner[number] else "direct",
            "" if missing[number] else f"{prior[number]:.1f}",
            f"{attendance[number]:.3f}",
            int(clicks[number]),
            int(failed[number]),
        )
        for number in range(students)
    ]


def main() -> None:
    with Path("cohort.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [COLUMNS, *make_cohort(*(int(word) for word in sys.argv[1:3]))]
        )


if __name__ == "__main__":
    main()
