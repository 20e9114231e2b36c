"""The fixtures and markers, in runs of pytest inside of this one."""

from __future__ import annotations

import os

import pytest

from leverset.sandbox._registry import EXCHANGES
from tests.testing.bots import Run


def test_a_bot_that_reads_its_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKX_API_KEY", "the live key")
    result = run("""
    def test_okx(okx_account):
        bot.okx(7)
        assert okx_account.leverage(inst_id="BTC-USDT-SWAP", mgn_mode="cross") == 7
        okx_account.assert_leverage(7, inst_id="BTC-USDT-SWAP", mgn_mode="cross")
        okx_account.assert_no_refusals()
        assert [one.path for one in okx_account.requests] == ["/api/v5/account/set-leverage"]

    def test_bitget(bitget_account):
        bot.bitget(7)
        bitget_account.assert_leverage(7, symbol="BTCUSDT", hold_side="long")

    def test_the_environment_is_as_before():
        import os
        assert os.environ["OKX_API_KEY"] == "the live key"
        assert "OKX_BASE_URL" not in os.environ
        assert "BITGET_API_KEY" not in os.environ
    """)
    result.assert_outcomes(passed=3)
    assert os.environ["OKX_API_KEY"] == "the live key"


def test_every_account_is_fresh(run: Run) -> None:
    """Leverages, limits, those of addresses too, and what a test changes of the sandbox."""
    result = run("""
    import os, httpx, pytest

    @pytest.mark.parametrize("number", range(3))
    def test_it(okx_account, leverset_sandbox, number, seen=[]):
        assert okx_account.leverage(inst_id="BTC-USDT-SWAP", mgn_mode="cross") == 3
        assert leverset_sandbox.configure()["clock_offset"] == 0
        for lever in range(10, 15):
            bot.okx(lever)
        for _ in range(6):
            assert httpx.get(okx_account.url + "/api/v5/public/time", trust_env=False).status_code == 200
        okx_account.assert_no_refusals()
        leverset_sandbox.configure(clock_offset=100)
        leverset_sandbox.change_instrument("okx", "BTC-USDT-SWAP", maximum="12")
        seen.append(okx_account.api_key)
        assert len(set(seen)) == len(seen)
        assert len(leverset_sandbox.accounts) == 14, "the account of the test before is closed"
    """)
    result.assert_outcomes(passed=3)


def test_modes_come_from_markers(run: Run) -> None:
    result = run("""
    @pytest.mark.okx_account(position_mode="net_mode", level="multi_currency")
    class TestModes:
        def test_of_the_class(self, okx_account):
            assert dict(okx_account.modes) == {"level": "multi_currency", "position_mode": "net_mode"}

        @pytest.mark.okx_account(level="portfolio")
        def test_of_the_test_first(self, okx_account):
            assert dict(okx_account.modes) == {"level": "portfolio", "position_mode": "net_mode"}

    @pytest.mark.bitget_account(kind="unified", environment="demo")
    def test_kind_and_environment(bitget_account):
        assert (bitget_account.account.kind, bitget_account.account.environment) == ("unified", "demo")
    """)
    result.assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("okx_account(posmode='net')", "okx_account: 'posmode' cannot be set on okx: one of ['level', 'position_mode'"),
        ("okx_account(level='vip')", "okx_account: level must be one of ['spot', 'single_currency', "),
        ("okx_account('net_mode')", 'okx_account takes modes by their names, such as position_mode="…", not (\'net_m'),
        ("leverset_fault('tiemout')", "leverset_fault: there is no fault 'tiemout': one of ['timeout', 'disconnect', "),
        (
            "leverset_fault('html', aplied=1)",
            "leverset_fault: the fault html has no option 'aplied': one of ['applied'",
        ),
        (
            "leverset_fault('html', exchange='kraken')",
            "leverset_fault: exchange must be one of ['okx', 'bitget'], not ",
        ),
        ("leverset_fault()", 'leverset_fault takes the name of a fault, such as leverset_fault("timeout"), not ()'),
        ("leverset_fault(applied=True)", "leverset_fault takes the name of a fault"),
    ],
)
def test_a_wrong_marker_is_named(run: Run, marker: str, message: str) -> None:
    result = run(f"@pytest.mark.{marker}\ndef test_it(okx_account):\n    raise AssertionError")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{message.replace('[', '[[]')}*"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*_fixtures.py*")


def test_several_accounts_in_one_test(run: Run) -> None:
    result = run("""
    def test_it(okx_account, leverset_account):
        other = leverset_account("okx", position_mode="net_mode")
        bot.okx(9)
        okx_account.assert_leverage(9, inst_id="BTC-USDT-SWAP", mgn_mode="cross")
        other.assert_leverage(3, inst_id="BTC-USDT-SWAP", mgn_mode="cross")
        with pytest.raises(ValueError, match="exchange must be one of"):
            leverset_account("kraken")
    """)
    result.assert_outcomes(passed=1)


def test_the_settings_are_the_users(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest("""
    import pytest

    @pytest.fixture(scope="session")
    def leverset_sandbox_config():
        return {"lenient": False, "limits": False}
    """)
    result = run("""
    def test_it(okx_account):
        config = okx_account.sandbox.configure()
        assert (config["lenient"], config["limits"]) == (False, False)
    """)
    result.assert_outcomes(passed=1)
    pytester.makeconftest("""
    import pytest

    @pytest.fixture(scope="session")
    def leverset_sandbox_config():
        return {"lennient": False}
    """)
    result = run("def test_it(okx_account): pass")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["leverset_sandbox_config: unknown setting 'lennient': one of *"])


def test_lenient_is_the_default(run: Run) -> None:
    run("def test_it(leverset_sandbox): assert leverset_sandbox.configure()['lenient']").assert_outcomes(passed=1)


def test_a_fault_of_a_marker(run: Run) -> None:
    result = run("""
    import leverset

    @pytest.mark.leverset_fault("disconnect", applied=True)
    def test_applied(okx_account):
        assert bot.okx(retries=0).confirmed == "read_back"
        assert okx_account.requests[0].faulty
        okx_account.assert_no_refusals()

    @pytest.mark.leverset_fault("disconnect", applied=False)
    def test_lost(okx_account):
        with pytest.raises(leverset.TransportError) as caught:
            bot.okx(retries=0)
        assert caught.value.outcome == "unknown"
        okx_account.assert_leverage(3, inst_id="BTC-USDT-SWAP", mgn_mode="cross")

    @pytest.mark.leverset_fault("rate_limited", exchange="bitget")
    @pytest.mark.leverset_fault("server_error", exchange="okx", times=2)
    def test_of_one_exchange(okx_account, bitget_account):
        bot.okx()
        bot.bitget()
        assert [one.code for one in okx_account.requests if "set-" in one.path] == ["50001", "50001", "0"]
        assert [one.code for one in bitget_account.requests if "set-" in one.path] == ["429", "00000"]

    @pytest.mark.leverset_fault("html")
    class TestOrder:
        @pytest.mark.leverset_fault("server_error")
        @pytest.mark.leverset_fault("rate_limited")
        def test_those_of_the_class_come_first(self, okx_account):
            bot.okx(retries=3)
            assert [one.status for one in okx_account.requests if "set-" in one.path] == [502, 503, 429, 200]

    @pytest.mark.leverset_fault("timeout", applied=True)
    def test_a_timeout(okx_account):
        assert bot.okx(retries=0, timeout=0.3).confirmed == "read_back"
    """)
    result.assert_outcomes(passed=5)


def test_a_fault_that_never_comes_fails_a_test_that_passed(run: Run) -> None:
    result = run("""
    @pytest.mark.leverset_fault("timeout")
    def test_unused(okx_account):
        pass

    @pytest.mark.leverset_fault("html", exchange="bitget")
    def test_of_another_exchange(okx_account):
        bot.okx()

    @pytest.mark.leverset_fault("html", optional=True)
    def test_optional(okx_account):
        pass

    @pytest.mark.leverset_fault("html")
    def test_of_one_of_two(okx_account, bitget_account):
        bot.okx()

    @pytest.mark.leverset_fault("html")
    def test_failed(okx_account):
        assert False

    @pytest.mark.leverset_fault("html")
    def test_skipped(okx_account):
        pytest.skip("today")
    """)
    result.assert_outcomes(passed=4, errors=2, failed=1, skipped=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_unused*",
            'leverset_fault("timeout") never took effect: no request came that it is for; optional=True allows that',
            "*ERROR at teardown of test_of_another_exchange*",
            'leverset_fault("html") never took effect: the test opens no account of bitget; optional=True allows that',
        ]
    )


def test_a_failed_assertion_has_its_reason_and_none_of_our_lines(run: Run) -> None:
    result = run("""
    import leverset

    def test_it(okx_account):
        with pytest.raises(leverset.LeverageOutOfRange):
            bot.okx(500)
        okx_account.assert_leverage(500, inst_id="BTC-USDT-SWAP", mgn_mode="cross")
    """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E * the leverage of BTC-USDT-SWAP cross on okx is 3, not 500", "E *refused with 59102: *"]
    )
    result.stdout.no_fnmatch_line("*_account.py*")


def test_a_reset_in_a_test_closes_its_account(run: Run) -> None:
    result = run("""
    def test_it(okx_account, leverset_sandbox):
        leverset_sandbox.reset()
        with pytest.raises(Exception, match="50111"):
            bot.okx()
    """)
    result.assert_outcomes(passed=1)


def test_threads_have_accounts_of_their_own(run: Run) -> None:
    result = run("""
    from concurrent.futures import ThreadPoolExecutor
    from leverset import Credentials, Okx

    def test_it(leverset_account):
        def work(lever):
            account = leverset_account("okx")
            credentials = Credentials(account.api_key, account.secret, account.passphrase)
            with Okx(credentials, base_url=account.url) as client:
                client.set_leverage(inst_id="BTC-USDT-SWAP", lever=lever, mgn_mode="cross")
            account.assert_leverage(lever, inst_id="BTC-USDT-SWAP", mgn_mode="cross")
            return len(account.requests)

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(work, range(10, 22))) == [1] * 12
    """)
    result.assert_outcomes(passed=1)


def test_asyncio(run: Run) -> None:
    """The fixtures assume no event loop: those of anyio's plugin and of the test's own are as good."""
    result = run("""
    import asyncio, os
    from leverset import AsyncOkx, Credentials

    async def main(account):
        async with AsyncOkx(Credentials.from_env("OKX"), base_url=os.environ["OKX_BASE_URL"]) as client:
            await client.set_leverage(inst_id="BTC-USDT-SWAP", lever=6, mgn_mode="cross")
        account.assert_leverage(6, inst_id="BTC-USDT-SWAP", mgn_mode="cross")

    @pytest.fixture
    def anyio_backend():
        return "asyncio"

    @pytest.mark.anyio
    async def test_in_a_loop(okx_account):
        await main(okx_account)

    def test_with_a_loop(okx_account):
        asyncio.run(main(okx_account))
    """)
    result.assert_outcomes(passed=2)


def test_there_is_a_fixture_for_every_exchange_of_the_sandbox() -> None:
    import leverset_pytest

    assert tuple(EXCHANGES) == leverset_pytest.EXCHANGES
    assert all(hasattr(leverset_pytest, f"{name}_account") for name in EXCHANGES)


def test_fixtures_and_markers_are_described(run: Run) -> None:
    result = run("", "--markers")
    result.stdout.fnmatch_lines(
        ["@pytest.mark.okx_account(*", "@pytest.mark.bitget_account(*", "@pytest.mark.leverset_fault(*"]
    )
    result = run("", "--fixtures")
    result.stdout.fnmatch_lines(["okx_account -- *", "    An account on okx of this test alone, to which the env*"])
