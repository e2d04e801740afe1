"""Does personalised instruction (PSI) raise grades? Spector and Mazzeo (1980), as in Greene.

A plain program: it knows nothing of taketwo. What it writes into its folder becomes the result of the run.
"""

import csv
import json
from pathlib import Path

import statsmodels.api as sm
from statsmodels.datasets import spector

TERMS = {"const": "constant", "GPA": "GPA", "TUCE": "TUCE", "PSI": "PSI"}


def main() -> None:
    students = spector.load_pandas().data
    measures = sm.add_constant(students[["GPA", "TUCE", "PSI"]])
    models = {"logit": sm.Logit, "probit": sm.Probit}
    fits = {name: model(students["GRADE"], measures).fit(disp=False) for name, model in models.items()}
    coefficients = {
        name: {printed: float(fit.params[term]) for term, printed in TERMS.items()}
        for name, fit in fits.items()
    }

    with Path("coefficients.json").open("w", encoding="utf-8") as file:
        json.dump(coefficients, file, indent=2)
        file.write("\n")

    rows = [[term, *(f"{coefficients[model][term]:.3f}" for model in models)] for term in TERMS.values()]
    with Path("table.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["term", *models], *rows])

    print(f"{len(students)} students, {int(students['PSI'].sum())} of them taught with PSI\n")
    print(f"{'':10}{'logit':>10}{'probit':>10}")
    for term, *values in rows:
        print(f"{term:10}" + "".join(f"{value:>10}" for value in values))


if __name__ == "__main__":
    main()
