"""What tracing costs where it is on, and where it is off: python -m benchmarks.tracing [--rounds 40] [--calls 100].

One interleaved run against one server in another process. "Without" has never loaded OpenTelemetry, so each way is a
process of its own, and they take turns: "off" loaded it, turned tracing on and off again. All figures are ratios to
"without" in the same round, which is measured twice (A/A): the ratio of the two says how far to trust the others.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys

from benchmarks.overhead import responder

WAYS = ("without", "without, again", "off", "on, API alone", "on, exported to memory")
CHILD = """
import sys, time
way, url, calls = sys.argv[1], sys.argv[2], int(sys.argv[3])
from leverset import Limiter, Okx
from benchmarks.overhead import ARGUMENTS, CREDENTIALS, NEVER_FULL
exporter = None
if not way.startswith("without"):
    from leverset import otel
    provider = None
    if way == "on, exported to memory":
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
        provider, exporter = TracerProvider(), InMemorySpanExporter()
        provider.add_span_processor(SimpleSpanProcessor(exporter))
    otel.instrument(provider)
    if way == "off":
        otel.uninstrument()
assert way.startswith("without") is not any(name.startswith("opentelemetry") for name in sys.modules)
with Okx(CREDENTIALS, base_url=url, limiter=Limiter(), rate_limits=NEVER_FULL) as okx:
    for _ in range(20):
        okx.set_leverage(**ARGUMENTS)
    print("ready", flush=True)
    while sys.stdin.readline():
        if exporter is not None:
            exporter.clear()
        began = time.perf_counter()
        for _ in range(calls):
            okx.set_leverage(**ARGUMENTS)
        took = time.perf_counter() - began
        assert exporter is None or len(exporter.get_finished_spans()) == 2 * calls
        print(took / calls, flush=True)
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--calls", type=int, default=100)
    options = parser.parse_args()
    times: dict[str, list[float]] = {way: [] for way in WAYS}
    with responder() as url:
        children = {
            way: subprocess.Popen(
                [sys.executable, "-c", CHILD, way, url, str(options.calls)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for way in WAYS
        }
        for child in children.values():
            assert _line(child) == "ready\n"
        for _ in range(options.rounds):
            for way in random.sample(WAYS, len(WAYS)):
                child = children[way]
                assert child.stdin is not None
                child.stdin.write("\n")
                child.stdin.flush()
                times[way].append(float(_line(child)))
        for child in children.values():
            child.communicate()
    base = times["without"]
    print(f"{options.rounds} rounds of {options.calls} calls; without: {statistics.median(base) * 1e6:.0f} us a call")
    print("| | ratio, median of the rounds | quartiles |\n|---|---|---|")
    for way, found in times.items():
        low, middle, high = statistics.quantiles([each / beside for each, beside in zip(found, base, strict=True)], n=4)
        print(f"| {way} | {middle:.3f} | {low:.3f} to {high:.3f} |")


def _line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline()


if __name__ == "__main__":
    main()
