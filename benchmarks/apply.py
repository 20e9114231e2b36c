"""How long a plan takes at real time, against what the documented rate allows; and what checking one costs.

    python benchmarks/apply.py            # all of it, in about three minutes
    python benchmarks/apply.py held       # only the rows that hold already; or pace, or check

60 rows on each exchange, side by side, against the sandbox with its limits on; first without latency, then with 25 ms
on each way. They all differ, so each is read, sent, and read again at the end. Then 300 rows on each exchange that hold
already: how many requests that takes, and how long, beside the best that the limits of reading allow. Then `check` of
plans of 1,000, 10,000 and 100,000 rows, each in a process of its own: seconds from the file to the last rule, and the
process's peak memory. Prints Markdown tables.

The best that a held slot allows: a slot is taken again one window W after its response, so N rows leave per W + RTT.
"""

from __future__ import annotations

import asyncio
import math
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

from leverset import Credentials, Limiter
from leverset._protocols import RateLimit
from leverset._registry import EXCHANGES
from leverset.plan import Result, apply_async, load
from leverset.sandbox import Sandbox

ROWS = 60
HELD = 300
LATENCIES = (0.0, 0.025)
SIZES = (1_000, 10_000, 100_000)
RATES = {name: exchange.operation.rate_limit for name, exchange in EXCHANGES.items()}

_CHECK = """
import sys, time
from pathlib import Path
from leverset.plan import check, load

def peak():
    # Of this program alone: getrusage begins with what its parent had.
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024

before = peak()
begin = time.perf_counter()
plan = load(sys.argv[1])
read = time.perf_counter()
assert check(plan) == ()
end = time.perf_counter()
print(len(plan.rows), read - begin, end - read, before, peak())
"""


def okx_row(number: int) -> str:
    """A row of YAML that the sandbox accepts."""
    return f"  - {{instId: T{number:03}-USDT-SWAP, lever: 5, mgnMode: isolated, posSide: long}}\n"


def bitget_row(number: int) -> str:
    """The same for Bitget."""
    common = "productType: USDT-FUTURES, marginCoin: USDT, leverage: 5, holdSide: long"
    return f"  - {{symbol: T{number:03}USDT, {common}}}\n"


def best(rate: RateLimit, requests: int, rtt: float) -> float:
    """Seconds that so many requests take at least with held slots."""
    rounds = math.ceil(requests / rate.requests)
    return (rounds - 1) * (rate.seconds + rtt) + rtt


async def run(path: Path, sandbox: Sandbox) -> tuple[dict[str, float], Counter[str]]:
    """Seconds to the last result of each exchange, and how the rows ended."""
    last: dict[str, float] = {}
    ends: Counter[str] = Counter()
    limiter = Limiter()  # fresh: no slot cools from an earlier run
    credentials = Credentials(sandbox.api_key, sandbox.secret, sandbox.passphrase)

    def note(result: Result) -> None:
        last[result.row.exchange] = time.perf_counter() - begin
        ends[result.status] += 1

    async with AsyncExitStack() as stack:
        clients = []
        for exchange in EXCHANGES.values():
            client = exchange.async_client(credentials, base_url=sandbox.url, limiter=limiter)
            clients.append(await stack.enter_async_context(client))
        begin = time.perf_counter()
        await apply_async(load(path), clients, on_result=note)
    return last, ends


def pace(folder: Path) -> None:
    """The table of apply."""
    path = folder / "plan.yaml"
    rows = range(ROWS)
    path.write_text("okx:\n" + "".join(map(okx_row, rows)) + "bitget:\n" + "".join(map(bitget_row, rows)))
    print(f"Apply, {ROWS} rows on each exchange, side by side\n")
    print(
        "| round trip added | exchange | documented rate | measured | held slots at best | more than that | refused |"
    )
    print("|---|---|---|---|---|---|---|")
    for latency in LATENCIES:
        with Sandbox() as sandbox:
            sandbox.configure(latency_in=[latency, latency], latency_out=[latency, latency])
            last, ends = asyncio.run(run(path, sandbox))
            assert ends == {"applied": 2 * ROWS}, ends
            for name, seconds in last.items():
                rate, least = RATES[name], best(RATES[name], ROWS, 2 * latency)
                refused = sum(entry["response_code"] in ("50011", "429") for entry in sandbox.requests(name))
                print(
                    f"| {2000 * latency:.0f} ms | {name} | {rate.requests} in {rate.seconds:g} s | {seconds:.2f} s "
                    f"| {least:.2f} s | {100 * (seconds / least - 1):.1f} % | {refused} |"
                )


def held(folder: Path) -> None:
    """The table of rows that hold already."""
    path = folder / "held.yaml"
    rows = range(HELD)
    path.write_text("okx:\n" + "".join(map(okx_row, rows)) + "bitget:\n" + "".join(map(bitget_row, rows)))
    print(f"\nApply, {HELD} rows on each exchange that hold already, side by side\n")
    print("| round trip added | exchange | requests | measured | held slots at best | sending all of them at best |")
    print("|---|---|---|---|---|---|")
    for latency in LATENCIES:
        with Sandbox() as sandbox:
            for row in load(path).rows:
                sandbox.change_leverage(sandbox.account(row.exchange), **row.body)
            sandbox.configure(latency_in=[latency, latency], latency_out=[latency, latency])
            last, ends = asyncio.run(run(path, sandbox))
            assert ends == {"kept": 2 * HELD}, ends
            for name, seconds in last.items():
                requests, rtt = sandbox.requests(name), 2 * latency
                assert {entry["method"] for entry in requests} == {"GET"}
                read = EXCHANGES[name].read_operation
                assert read is not None
                least = best(read.rate_limit, len(requests), rtt)
                sent = best(RATES[name], HELD, rtt)
                shown = f"{len(requests)} | {seconds:.2f} s | {least:.2f} s | {sent:.0f} s"
                print(f"| {2000 * latency:.0f} ms | {name} | {shown} |")


def cost(folder: Path) -> None:
    """The table of check."""
    print("\nCheck\n")
    print("| rows | file | read | rules | together | peak memory | of it before the plan |")
    print("|---|---|---|---|---|---|---|")
    for size in SIZES:
        files = {"yaml": folder / f"{size}.yaml", "csv": folder / f"{size}.csv"}
        names = [(f"C{number}-USDT-SWAP", number % 100 + 1) for number in range(size)]
        rows = (f"  - {{instId: {name}, lever: {lever}, mgnMode: isolated, posSide: long}}\n" for name, lever in names)
        files["yaml"].write_text("okx:\n" + "".join(rows))
        cells = (f"okx,{name},{lever},isolated,long\n" for name, lever in names)
        files["csv"].write_text("exchange,instId,lever,mgnMode,posSide\n" + "".join(cells))
        for kind, path in files.items():
            words = [sys.executable, "-c", _CHECK, str(path)]
            shown = subprocess.run(words, capture_output=True, text=True, check=True, timeout=300).stdout.split()
            count, read, rules, before, after = map(float, shown)
            assert count == size
            print(
                f"| {size:,} | {kind} | {read:.2f} s | {rules:.2f} s | {read + rules:.2f} s "
                f"| {after:.0f} MiB | {before:.0f} MiB |"
            )


def main() -> None:
    """The tables that are named, or all of them."""
    tables = {"pace": pace, "held": held, "check": cost}
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:] or tables:
            tables[name](Path(folder))


if __name__ == "__main__":
    main()
