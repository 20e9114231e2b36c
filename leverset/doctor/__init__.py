"""Find out what would keep a leverage from being set, without setting one: clock, key, permissions, account, limit.

from leverset import Credentials, Okx
from leverset.doctor import examine

with Okx(Credentials.from_env("OKX")) as okx:
    for check in examine(okx):
        print(check.status, check.name, check.summary)
"""

from leverset.doctor._checks import NAMES, Check, CheckStatus
from leverset.doctor._examine import examine, example_fields

__all__ = ["NAMES", "Check", "CheckStatus", "examine", "example_fields"]
