"""Test a bot that sets leverage, with whatever client it has, against the exchanges on this machine.

The fixtures are there for pytest once `leverset[testing]` is installed: `okx_account`, `bitget_account`,
`leverset_account` and `leverset_sandbox`. Here are their types, for annotations:

    from leverset.testing import OkxSandboxAccount

    def test_the_bot(okx_account: OkxSandboxAccount) -> None:
        bot.main()  # reads OKX_API_KEY, OKX_SECRET, OKX_PASSPHRASE and OKX_BASE_URL
        okx_account.assert_leverage(5, inst_id="BTC-USDT-SWAP", mgn_mode="cross")
        okx_account.assert_no_refusals()
"""

from leverset.testing._account import AnySandboxAccount, SandboxAccount
from leverset.testing._bitget import BitgetSandboxAccount
from leverset.testing._okx import OkxSandboxAccount
from leverset.testing._open import OpenAccount
from leverset.testing._request import SandboxRequest

__all__ = [
    "AnySandboxAccount",
    "BitgetSandboxAccount",
    "OkxSandboxAccount",
    "OpenAccount",
    "SandboxAccount",
    "SandboxRequest",
]
