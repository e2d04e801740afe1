"""Three verdicts with their manifests, for reports: an honest replay, a failed one, a hostile one."""

from __future__ import annotations

import msgspec

from taketwo.model.manifest import Ending, Invocation, Manifest, Metric, Streams
from taketwo.model.verdict import Verdict
from taketwo.verify.compare import compare
from tests.support.studies import (
    HOST,
    Content,
    blob,
    manifest,
    rebuilt,
    replay,
    rule,
    sealing,
)

Case = tuple[Verdict, Manifest, Manifest, Content]
HOSTILE = "<script>alert(1)</script>\x1b[2J\u202e`|[x](javascript:1) & \ud800"


def reproduced() -> Case:
    content = Content()
    original = manifest(streams=Streams(stdout=content.blob(b"epoch 1\repoch 2\raccuracy 0.8934\n")))
    replayed = replay(of=original)
    return compare(original, replayed, rules=(), read=content.read), original, replayed, content


def not_reproduced() -> Case:
    content = Content()
    original = manifest(
        outputs=(
            content.output("results/table.csv", b"group,accuracy\nall,0.8934\nwomen,0.9001\n"),
            content.output("results/figure.png", b"\x89PNG1"),
        ),
    )
    metrics = (Metric(name="accuracy", value=0.8912), Metric(name="auc", value=0.9127000000000001))
    replayed = replay(
        of=original,
        metrics=metrics + original.metrics[2:4],
        outputs=(
            content.output("results/table.csv", b"group,accuracy\nall,0.8912\nwomen,0.9001\n"),
            original.outputs[1],
        ),
        inputs=(msgspec.structs.replace(original.inputs[0], content=blob(b"x")),),
        host=msgspec.structs.replace(HOST, cpu="Intel Xeon Gold 6338", libraries=()),
        sealing=sealing(engine="venv", sealed=False, network=True, root_writable=True),
        rebuilt=rebuilt(
            identical=12430,
            different=("numpy/core.py",),
            interpreter="same minor",
            interpreter_version="3.11.9",
        ),
    )
    rules = (rule("auc", "ulp", ulps=2), rule("output:*.csv", "tolerance", rtol=1e-9))
    verdict = compare(original, replayed, rules=rules, read=content.read, rules_by="the partner university")
    return verdict, original, replayed, content


def hostile() -> Case:
    """Everything that others wrote is an attack on the page or on the terminal."""
    content = Content()
    original = manifest(
        experiment=HOSTILE,
        invocation=Invocation(argv=("$PYTHON", HOSTILE)),
        metrics=(Metric(name=HOSTILE, value="NaN"),),
        outputs=(content.output(HOSTILE + ".csv", HOSTILE.encode("utf-8", "surrogatepass") + b",1\n"),),
        streams=Streams(stdout=content.blob(HOSTILE.encode("utf-8", "surrogatepass") + b"\n")),
        host=msgspec.structs.replace(HOST, cpu=HOSTILE, variables={HOSTILE: HOSTILE}),
        tags={HOSTILE: HOSTILE},
    )
    replayed = replay(
        of=original,
        ending=Ending(status="failed", exit_code=1, error=HOSTILE),
        metrics=(Metric(name=HOSTILE, value=1.0),),
        host=HOST,
        sealing=sealing(engine=HOSTILE, sealed=False, gaps=(HOSTILE,)),
    )
    verdict = compare(original, replayed, rules=(), read=content.read, rules_by=HOSTILE)
    return verdict, original, replayed, content
