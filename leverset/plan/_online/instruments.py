"""Compare rows with the lists of instruments: whether there are such, live ones, that allow the leverage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from leverset._format import short_repr
from leverset._listing import Listed, Listing, Sought
from leverset._suggest import slips
from leverset.errors import UnknownInstrument
from leverset.plan._model import Row
from leverset.plan._online.findings import Findings
from leverset.plan._steps import Steps

_MOST_NAMES = 3
"""So many names that may have been meant are shown."""

_GONE = "check the name; what is delisted or expired is gone"


def look_at_instruments(findings: Findings, listing: Listing) -> Steps[set[int]]:
    """Look up what every row is about, in one request for each list.

    Returns:
        The numbers of the rows whose instrument is not there.
    """
    sought = dict(_sought(findings, listing))
    lists: dict[str, Mapping[str, Listed]] = {}
    for name in dict.fromkeys(name for each in sought.values() for name in each.lists):
        rows = [row for row in findings.rows if row.number in sought and name in sought[row.number].lists]
        done, found = yield from findings.ask(listing.read(name), rows, f"its list of {name}")
        if done:
            lists[name] = found
    known: dict[tuple[str, ...], tuple[bool, Listed | None]] = {}
    absent = set()
    for row in findings.rows:
        each = sought.get(row.number)
        if each is None or not lists.keys() >= set(each.lists):
            continue
        key = (*each.lists, each.name)
        if key not in known:
            entries = [lists[name][each.name.upper()] for name in each.lists if each.name.upper() in lists[name]]
            known[key] = (True, entries[0]) if entries else (yield from _ask_alone(findings, listing, row))
        done, listed = known[key]
        if listed is not None:
            _compare(findings, row, each, listed)
        elif done:
            absent.add(row.number)
            _add_absent(findings, row, each, [entry for name in each.lists for entry in lists[name].values()])
    return absent


def _sought(findings: Findings, listing: Listing) -> Iterator[tuple[int, Sought]]:
    """Yield what each row is about, where nothing is wrong with its name."""
    for row in findings.rows:
        sought = listing.sought(row.body)
        if sought is not None and not findings.is_wrong(row, sought.field):
            yield row.number, sought


def _ask_alone(findings: Findings, listing: Listing, row: Row) -> Steps[tuple[bool, Listed | None]]:
    """Ask for an instrument that no list has by itself: a list may be shorter than what there is."""
    read = listing.alone(row.body)
    if read is None:
        return True, None
    return (yield from findings.ask(read, [row], "the instrument", absent=UnknownInstrument))


def _compare(findings: Findings, row: Row, sought: Sought, listed: Listed) -> None:
    title = findings.registered.title
    if not listed.is_live:
        findings.add(
            row,
            "instrument-not-live",
            f"{listed.name} is not live",
            name=sought.field,
            why=f"{title} gives its state as {listed.limits.state or 'nothing'}, and may refuse what is asked of it",
            fix="leave the row out until it is live, or for good where it will not be",
        )
    for name, values in listed.offered.items():
        if name in row.body and row.body[name] not in values and not findings.is_wrong(row, name):
            findings.add(
                row,
                "value-not-offered",
                f"{listed.name} has no {name} {short_repr(row.body[name])}",
                name=name,
                why=f"{title} offers {', '.join(values)}",
                fix=f"give {name} as {' or '.join(map(short_repr, values))}",
            )
    field = findings.registered.leverage_field
    lever = _decimal(row.body.get(field))
    if lever is not None and not findings.is_wrong(row, field):
        _compare_leverage(findings, row, lever, listed)


def _compare_leverage(findings: Findings, row: Row, lever: Decimal, listed: Listed) -> None:
    field, limits = findings.registered.leverage_field, listed.limits
    if limits.maximum is not None and lever > limits.maximum:
        rule, bound = "leverage-above-maximum", f"at most {limits.maximum:f}"
        words, more = f"above the maximum of {listed.name}", "; the tier of the account may allow less"
    elif limits.minimum is not None and lever < limits.minimum:
        rule, bound = "leverage-below-minimum", f"at least {limits.minimum:f}"
        words, more = f"below the minimum of {listed.name}", ""
    else:
        return
    findings.add(
        row,
        rule,
        f"{field} {lever:f} is {words}",
        name=field,
        why=f"{findings.registered.title} allows {bound} for it{more}",
        fix=f"give {bound}",
    )


def _add_absent(findings: Findings, row: Row, sought: Sought, known: list[Listed]) -> None:
    *most, last = sought.lists
    kinds = f"{', '.join(most)} or {last}" if most else last
    live = slips(sought.name, [each.name for each in known if each.is_live])
    near = (live or slips(sought.name, [each.name for each in known]))[:_MOST_NAMES]
    findings.add(
        row,
        "no-such-instrument",
        f"{findings.registered.title} has no {kinds} {short_repr(sought.name)}",
        name=sought.field,
        why=f"none of the {len(known)} in its list has this name",
        fix=f"did you mean {' or '.join(map(short_repr, near))}?" if near else _GONE,
    )


def _decimal(value: object) -> Decimal | None:
    try:
        found = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None
    return found
