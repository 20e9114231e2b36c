"""Run in an environment of its own: python-okx, unmodified, sets one leverage. See test_interop.py."""

import json
import sys

from okx.Account import AccountAPI  # type: ignore[import-not-found] # in an environment of its own

job = json.load(sys.stdin)
# flag "0" is live: the client says so in every request, as x-simulated-trading: 0.
client = AccountAPI(job["api_key"], job["secret"], job["passphrase"], flag="0", domain=job["url"], debug=False)
sys.stdout.write(json.dumps({"reply": getattr(client, job["function"])(**job["arguments"])}))
