"""Plans: many leverages at once, checked before anything is sent, applied at the rate of the limits.

    from leverset import Credentials, Okx
    from leverset.plan import apply, check, load

    plan = load("plan.yaml")
    for problem in check(plan):
        print(problem)
    with Okx(Credentials.from_env("OKX")) as okx:
        summary = apply(plan, [okx], on_result=print)

Reading YAML needs PyYAML (`pip install 'leverset[cli]'`); CSV needs nothing.
"""

from leverset._held import GIVE_UP_AFTER
from leverset.plan._dump import dump
from leverset.plan._journal import Journal
from leverset.plan._json import reported_of, to_json
from leverset.plan._model import Accounts, Plan, PlanError, Problem, Row
from leverset.plan._outcome import JournalError, Result, Status, Summary
from leverset.plan._workers import Stop
from leverset.plan.apply import apply, apply_async
from leverset.plan.check import check
from leverset.plan.check_online import OnlineCheck, Unchecked, check_online, check_online_async
from leverset.plan.diff import Diff, Difference, DifferenceStatus, diff, diff_async
from leverset.plan.export import Export, NotExported, export, export_async
from leverset.plan.load import load

__all__ = [
    "GIVE_UP_AFTER",
    "Accounts",
    "Diff",
    "Difference",
    "DifferenceStatus",
    "Export",
    "Journal",
    "JournalError",
    "NotExported",
    "OnlineCheck",
    "Plan",
    "PlanError",
    "Problem",
    "Result",
    "Row",
    "Status",
    "Stop",
    "Summary",
    "Unchecked",
    "apply",
    "apply_async",
    "check",
    "check_online",
    "check_online_async",
    "diff",
    "diff_async",
    "dump",
    "export",
    "export_async",
    "load",
    "reported_of",
    "to_json",
]
