"""Faults on purpose, so that tests see what AWS rarely shows.

`PUT /_local/fault` with `{"action": "RunInstances", "code": "InsufficientInstanceCapacity", "times": 1}` makes the next
call fail. The action `launch` fails later: the instance is pending, then terminated with the code as its reason.
`zone` narrows RunInstances and launch to one availability zone. `DELETE /_local/fault` forgets all.
"""

import json
import threading

MESSAGES = {
    "InsufficientInstanceCapacity": "We currently do not have sufficient capacity in the Availability Zone you "
    "requested. Our system will be working on provisioning additional capacity.",
    "Server.InsufficientInstanceCapacity": "Insufficient capacity to satisfy instance request",
    "RequestLimitExceeded": "Request limit exceeded.",
}
# By AWS documentation these are the server's, all others the caller's.
SERVER_STATUS = {"InsufficientInstanceCapacity": 500, "InternalError": 500, "Unavailable": 503,
                 "RequestLimitExceeded": 503}

_lock = threading.Lock()
_faults = []


def take(action, zone=None):
    """The fault that a call meets now: (code, message, status), else None."""
    with _lock:
        for fault in _faults:
            if fault["action"] != action or fault.get("zone") != zone:
                continue
            fault["times"] -= 1
            if fault["times"] <= 0:
                _faults.remove(fault)
            code = fault["code"]
            message = fault.get("message") or MESSAGES.get(code, "A fault on purpose.")
            return code, message, SERVER_STATUS.get(code, 400)
    return None


def add(fault):
    with _lock:
        _faults.append({**fault, "times": int(fault.get("times", 1))})


def forget():
    with _lock:
        _faults.clear()


def with_faults(app):
    """The emulator with `/_local/fault` beside it."""

    async def asking(scope, receive, send):
        if scope["type"] != "http" or scope["path"] != "/_local/fault":
            return await app(scope, receive, send)
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        status, answer = answer_to(scope["method"], body)
        await send({"type": "http.response.start", "status": status,
                    "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    return asking


def answer_to(method, body):
    if method == "DELETE":
        forget()
        return 200, {"ok": True}
    try:
        fault = json.loads(body or b"{}")
        if method != "PUT" or not fault["action"] or not fault["code"]:
            raise ValueError("PUT an action and a code")
        add(fault)
    except (ValueError, KeyError, TypeError) as error:
        return 400, {"ok": False, "error": f"a fault is {{action, code, times, zone, message}}: {error}"}
    return 200, fault
