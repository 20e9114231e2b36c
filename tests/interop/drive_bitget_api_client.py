"""Run in an environment of its own: bitget-api-client, unmodified, sets one leverage. See test_interop.py."""

import asyncio
import json
import sys

from bitget_api_client.client import BitgetApiClient  # type: ignore[import-not-found] # in an environment of its own

job = json.load(sys.stdin)


async def main() -> None:
    client = BitgetApiClient(job["api_key"], job["secret"], job["passphrase"])
    client.base_url = job["url"]
    try:
        sys.stdout.write(json.dumps({"reply": await getattr(client.contract, job["function"])(**job["arguments"])}))
    except Exception as error:
        sys.stdout.write(json.dumps({"error": f"{type(error).__name__} {error}"}))
    finally:
        await client.close()


asyncio.run(main())
