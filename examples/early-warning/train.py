"""Who is at risk of failing, and is the warning as good for one group of students as for the other?"""

import csv
from pathlib import Path

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, recall_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import taketwo

FEATURES = ("prior", "attendance", "clicks")


@taketwo.capture(experiment="early-warning", data={"cohort": "cohort.csv"}, tolerance={"*": 1e-6})
def train(strength: float = 1.0, threshold: float = 0.25, seed: int = 7) -> dict[str, float]:
    """Fit on two thirds of the cohort, warn the last third, and measure the warnings."""
    with Path("cohort.csv").open(encoding="utf-8", newline="") as file:
        students = list(csv.DictReader(file))
    measures = np.array([[float(row[name] or "nan") for name in FEATURES] for row in students])
    measures[:, 2] = np.log1p(measures[:, 2])
    failed = np.array([int(row["failed"]) for row in students])
    known, warned = train_test_split(
        np.arange(len(students)), test_size=1 / 3, random_state=seed, stratify=failed
    )

    model = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True), StandardScaler(), LogisticRegression(C=strength)
    ).fit(measures[known], failed[known])
    risk = model.predict_proba(measures[warned])[:, 1]
    flagged = (risk >= threshold).astype(int)

    with Path("predictions.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["student", "group", "risk", "flagged", "failed"])
        for place, index in enumerate(warned):
            row = students[index]
            writer.writerow([row["student"], row["group"], float(risk[place]), flagged[place], row["failed"]])

    return measure(failed[warned], risk, flagged, np.array([students[index]["group"] for index in warned]))


def measure(failed: np.ndarray, risk: np.ndarray, flagged: np.ndarray, group: np.ndarray) -> dict[str, float]:
    """Accuracy, AUC, the share of failing students who are found, and how far the two groups lie apart."""
    direct, returner = group == "direct", group == "return"
    gap = {
        f"{name}_gap": float(
            score(failed[direct], flagged[direct]) - score(failed[returner], flagged[returner])
        )
        for name, score in (("accuracy", accuracy_score), ("recall", recall_score))
    }
    return {
        "accuracy": float(accuracy_score(failed, flagged)),
        "auc": float(roc_auc_score(failed, risk)),
        "recall": float(recall_score(failed, flagged)),
        **gap,
    }


if __name__ == "__main__":
    for name, value in train().items():
        print(f"{name:14}{value:8.4f}")
