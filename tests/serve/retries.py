"""What a client is told to send again by itself."""

import json


def policy(attempts: int, *codes: str) -> str:
    """A service config that has every call tried so many times, where it ends with one of these codes."""
    retry = {
        "maxAttempts": attempts,
        "initialBackoff": "0.01s",
        "maxBackoff": "0.05s",
        "backoffMultiplier": 2,
        "retryableStatusCodes": codes,
    }
    return json.dumps({"methodConfig": [{"name": [{}], "retryPolicy": retry}]})
