"""What differs between honest runs is masked; results are not."""

import time

import pytest

from taketwo.verify.dates import days_of
from taketwo.verify.volatile import mask_console, mask_line, mask_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("finished in 12.3s", "finished in 9.87s"),
        ("2026-03-01 10:15:00,123 INFO start", "2027-01-02 09:00:01,999 INFO start"),
        ("2026-03-01T10:15:00Z", "2027-03-01T10:15:00.5+01:00"),
        ("Sun Mar  1 10:15:00 2026", "Tue Jun 12 09:00:00 2027"),
        ("Date: Mon, 01 Mar 2026", "Date: Tue, 12 Jun 2027"),
        ("Date:   Mon, 01 Mar 2026   Prob", "Date:   Tue, 12 Jun 2027   Prob"),
        ("<object at 0x7f12ab34cd56>", "<object at 0x55d1e2f3a4b5>"),
        ("saved /tmp/tmpab12/x.bin ok", "saved /tmp/tmpzz99/y.bin ok"),
        ("read /home/author/study/data.csv", "read /taketwo/project/data.csv"),
        ("elapsed (s): 12.5", "elapsed (s): 13"),
        ("wall time (seconds) = 0.25", "wall time (seconds) = 0.31"),
        ("100 samples/s, 34.2 it/s", "100 samples/s, 11.0 it/s"),
        ("run 123e4567-e89b-12d3-a456-426614174000", "run 00000000-e89b-12d3-a456-426614174999"),
        ("\x1b[32mok\x1b[0m", "ok"),
        ("00:12<00:03", "01:40<00:00"),
        ("worker pid=4711", "worker pid=12"),
    ],
)
def test_volatile_parts_are_masked(one, other):
    assert mask_line(one) == mask_line(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("accuracy 0.8934", "accuracy 0.8935"),
        ("epoch 3 loss 0.25", "epoch 3 loss 0.26"),
        ("n = 12", "n = 13"),
        ("saved /data/a.csv", "saved /data/b.csv"),
        ("timed accuracy: 0.5", "timed accuracy: 0.6"),
        ("3 students", "4 students"),
        ("elapsed: 12.5", "elapsed: 13"),
        ("mean reaction time: 15.0981", "mean reaction time: 39.7531"),
        ("reaction time (ms): 351", "reaction time (ms): 352"),
        ("survival time = 12", "survival time = 14"),
    ],
)
def test_results_are_not_masked(one, other):
    assert mask_line(one) != mask_line(other)


def test_a_progress_bar_is_its_last_state():
    assert mask_console("\r10%\r50%\r100%|####|\r\nloss 0.5\n") == ["100%|####|", "loss 0.5"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("runs/2026-03-01_10-15-00/a.csv", "runs/2027-06-12_09-00-00/a.csv"),
        ("model_20260301.bin", "model_20270612.bin"),
        ("model_20260301T101500Z.bin", "model_20270612T090000Z.bin"),
        ("outputs/2026-03-01/10-15-00/x", "outputs/2027-06-12/09-00-00/x"),
        ("log-1772360100.txt", "log-1812790800.txt"),
        ("events.out.tfevents.1772360100.lab.11.0", "events.out.tfevents.1812790800.box.7.0"),
        ("123e4567-e89b-12d3-a456-426614174000.json", "00000000-e89b-12d3-a456-426614174999.json"),
        ("mlruns/0/0123456789abcdef0123456789abcdef/x", "mlruns/0/fedcba9876543210fedcba9876543210/x"),
        ("tmpab12cd_9/x", "tmpzz99zz_1/x"),
    ],
)
def test_names_with_times_and_ids_are_recognised(one, other):
    assert mask_name(one) == mask_name(other)


def test_other_names_stay_apart():
    names = ["fold1.csv", "fold2.csv", "epoch_10.pt", "epoch_11.pt", "2020.csv", "2021.csv", "a/b.csv"]
    assert len({mask_name(name) for name in names}) == len(names)


@pytest.mark.parametrize("piece", ["time ", "a/", "1", "\x1b[", "Mon ", "2026-", "0x", "tmp", "1:", "pid "])
def test_hostile_text_takes_no_longer_than_other_text(piece):
    started = time.perf_counter()
    mask_console(piece * (100_000 // len(piece)))
    assert time.perf_counter() - started < 3


RUN = days_of("2026-03-01T10:00:00.000Z", "2026-03-01T23:59:00.000Z")


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01",
        "2026-03-02T00:10:00+02:00",
        "2026-02-28 22:00:00",
        "Sun Mar  1 10:15:00 2026",
        "Mon, 02 Mar 2026",
        "03/01/2026",
        "1 Mar 2026",
    ],
)
def test_dates_of_the_run_tell_when_and_are_masked(text):
    assert mask_line(text, RUN) == "<time>"


@pytest.mark.parametrize("text", ["2089-03-04", "2025-03-01", "Mon Jun  1 2026", "04/05/2026", "5 Mar 2026"])
def test_other_dates_are_results(text):
    assert "<time>" not in mask_line(f"peak enrolment {text}", RUN)


def test_what_is_masked_as_a_duration_is_told():
    told = []
    mask_console("took 4.7s\nelapsed (s): 3\n10:15:00 ok", RUN, told)
    assert told == ["4.7s", "elapsed (s): 3"]
