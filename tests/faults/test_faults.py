"""Every deliberate fault of the table is caught; `python -m tests.faults` renews docs/evidence/faults.md."""

from __future__ import annotations

import re

import pytest

from tests.faults.workshop import PAGE, ROOT, Fault, Workshop, faults


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("faults") / "copy")


def documented() -> dict[str, tuple[str, str, str]]:
    """The rows of docs/evidence/faults.md: what is broken, where, and what caught it."""
    rows = re.findall(r"^\| ([a-z-]+) \| (.+) \| `(.+)` \| `(.+)` \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: (what, file, test) for name, what, file, test in rows}


def test_there_are_enough_of_every_kind() -> None:
    assert len(faults()) >= 40
    assert len({fault.name for fault in faults()}) == len(faults())
    places = {"specs/": 5, "leverset/okx/_rules": 5, "leverset/_http/signing": 3, "leverset/_http/attempt": 5}
    places |= {"leverset/limits/": 5, "leverset/sandbox/": 5, "gener": 4}
    for place, enough in places.items():
        assert sum(fault.file.startswith(place) for fault in faults()) >= enough, place


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: fault.name)
def test_it_still_fits(fault: Fault) -> None:
    """A fault whose place has changed says so here, and not only when the slow tests run."""
    text = (ROOT / fault.file).read_text(encoding="utf-8")
    assert fault.spoiled(text) != text
    for test in fault.tests:
        assert (ROOT / test.partition("::")[0]).is_file(), f"{fault.name}: there is no {test}"


def test_the_page_is_fresh() -> None:
    rows = documented()
    assert {name: row[:2] for name, row in rows.items()} == {one.name: (one.what, one.file) for one in faults()}
    for fault in faults():
        caught = rows[fault.name][2]
        assert caught.partition("::")[0] in {test.partition("::")[0] for test in fault.tests}, fault.name


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_copy_without_a_fault_passes(workshop: Workshop) -> None:
    """Else everything would count as caught. `make test` runs all tests where they are; here it is about the copy."""
    where = workshop.run("-c", "import leverset, leverset_okx, generator; print(leverset, leverset_okx, generator)")
    assert where.stdout.count(str(workshop.folder)) == 3
    by_file = {test.partition("::")[0]: test for _, _, test in sorted(documented().values())}
    ran = workshop.test(tuple(by_file.values()))
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-1000:]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", faults(), ids=lambda fault: fault.name)
def test_it_is_caught(fault: Fault, workshop: Workshop) -> None:
    _, _, expected = documented()[fault.name]
    test, said = workshop.caught(fault, expected)
    assert test, f"{fault.name} ({fault.what}) is not caught:\n{said[-3000:]}"
    # Which of its tests is the first may depend on the machine's speed, so another one than the page's is as good; but
    # it must pass without the fault, as the page's are seen to.
    if test != expected:
        ran = workshop.test((test,))
        assert ran.returncode == 0, f"{test} fails without the fault as well:\n{ran.stdout[-3000:]}"
