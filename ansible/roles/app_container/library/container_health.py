#!/usr/bin/python
"""Waits until a container answers over HTTP, or has ended."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: container_health
short_description: Wait until a container answers over HTTP
description:
  - Asks a port of the host until the answer counts as healthy. Gives up at once when the container has ended, since
    waiting cannot help then, and reports its state, exit code and last log lines.
author: automation-stack
options:
  name: {type: str, required: true, description: [Name of the container.]}
  port: {type: int, required: true, description: [Port on the host.]}
  path: {type: str, default: /, description: [HTTP path.]}
  status: {type: list, elements: int, default: [], description: [Codes that count as healthy; 200 to 399 where empty.]}
  timeout: {type: int, default: 120, description: [Seconds to wait.]}
  interval: {type: float, default: 1.0, description: [Seconds between two questions.]}
  log_lines: {type: int, default: 20, description: [Last log lines to report.]}
"""

RETURN = r"""
seconds: {type: float, returned: always, description: Time until healthy.}
state: {type: str, returned: failure, description: "State of the container: running, exited …"}
exit_code: {type: int, returned: failure, description: Exit code of a container that has ended.}
log: {type: list, elements: str, returned: failure, description: Last log lines.}
"""

ONE_ANSWER_SECONDS = 5


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer: what it points to may live elsewhere."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        return None


def ask(opener, url):
    """Returns (status, None) or (None, why there was no answer)."""
    try:
        with opener.open(url, timeout=ONE_ANSWER_SECONDS) as answer:
            return answer.status, None
    except urllib.error.HTTPError as error:
        return error.code, None
    except (OSError, ValueError) as error:
        return None, str(getattr(error, "reason", error))
    except Exception as error:  # http.client has errors of its own, for servers that speak no HTTP
        return None, "%s: %s" % (type(error).__name__, error)


def inspect(module):
    code, out, _err = module.run_command(["docker", "container", "inspect", "--format", "{{json .State}}", module.params["name"]])
    return json.loads(out) if code == 0 else {"Status": "missing"}


def last_lines(module):
    command = ["docker", "logs", "--tail", str(module.params["log_lines"]), module.params["name"]]
    code, out, err = module.run_command(command)
    lines = [line for line in (out + "\n" + err).splitlines() if line.strip()]
    return lines[-module.params["log_lines"]:] if code == 0 else []


def main():
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "port": {"type": "int", "required": True},
            "path": {"type": "str", "default": "/"},
            "status": {"type": "list", "elements": "int", "default": []},
            "timeout": {"type": "int", "default": 120},
            "interval": {"type": "float", "default": 1.0},
            "log_lines": {"type": "int", "default": 20},
        },
        supports_check_mode=True,
    )
    if module.check_mode:
        module.exit_json(changed=False, seconds=0.0)
    wanted = module.params["status"]
    path = "/" + module.params["path"].lstrip("/")
    url = "http://127.0.0.1:%d%s" % (module.params["port"], path)
    # Without proxies: the host asks itself.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect())
    started = time.monotonic()
    while True:
        state = inspect(module)
        if state["Status"] not in ("running", "created", "restarting"):
            reason = "the container has ended" if state["Status"] != "missing" else "the container is gone"
            if "ExitCode" in state:
                reason = "the container ended with exit code %d" % state["ExitCode"]
            if state.get("OOMKilled"):
                reason += ", killed for using too much memory"
            break
        status, error = ask(opener, url)
        if status is not None and (status in wanted if wanted else 200 <= status < 400):
            module.exit_json(changed=False, seconds=round(time.monotonic() - started, 2))
        if time.monotonic() - started > module.params["timeout"]:
            last = "HTTP %d" % status if status is not None else error
            reason = "not healthy after %d s: %s answers %s" % (module.params["timeout"], path, last)
            break
        time.sleep(module.params["interval"])
    module.fail_json(
        msg=reason,
        seconds=round(time.monotonic() - started, 2),
        state=state["Status"],
        exit_code=state.get("ExitCode") if state["Status"] != "running" else None,
        log=last_lines(module),
    )


if __name__ == "__main__":
    main()
