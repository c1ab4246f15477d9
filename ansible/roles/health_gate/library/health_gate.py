#!/usr/bin/python
"""Waits until a URL answers well, and watches it for a while: as the health gate of the runner judges a release."""

from __future__ import annotations

import time
import urllib.error
import urllib.request

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: health_gate
short_description: Wait until a URL answers well, and goes on doing so
description:
  - The URL has to answer well within the timeout. From then on it is watched; two bad answers in a row fail it. One lost
    answer does not.
author: automation-stack
options:
  url: {type: str, required: true, description: [URL to ask; a redirect counts as the answer.]}
  host: {type: str, default: "", description: [Host header; that of the URL if empty.]}
  status: {type: list, elements: int, default: [], description: [Good codes; 200 to 399 if empty.]}
  contains: {type: str, default: "", description: [Text that a good answer has.]}
  bake: {type: int, default: 10, description: [Seconds to watch it for.]}
  timeout: {type: int, default: 120, description: [Seconds in which it has to answer well for the first time.]}
  interval: {type: float, default: 1.0, description: [Seconds between two requests.]}
"""

RETURN = r"""
seconds: {type: float, returned: success, description: Time until the first good answer.}
asked: {type: int, returned: always, description: Number of requests.}
"""

EXAMPLES = r"""
- name: Wait for the application
  health_gate:
    url: http://127.0.0.1:8080/health
    bake: 30
"""

ONE_ANSWER_SECONDS = 5
FAILURES_IN_A_ROW = 2
# An answer is read no further: a page is asked for, not a download.
MOST_BYTES = 1024 * 1024


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req, fp, code, msg, headers, newurl):
        return None


class Probe:
    def __init__(self, parameters):
        self.parameters = parameters
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect())
        self.asked = 0

    def ask(self):
        """Whether the answer is good, and what it was."""
        self.asked += 1
        request = urllib.request.Request(self.parameters["url"])
        if self.parameters["host"]:
            request.add_header("Host", self.parameters["host"])
        try:
            with self.opener.open(request, timeout=ONE_ANSWER_SECONDS) as answer:
                return self.judge(answer.status, answer.read(MOST_BYTES))
        except urllib.error.HTTPError as error:
            return self.judge(error.code, error.read(MOST_BYTES))
        except Exception as error:  # sockets and http.client raise many types; each means: no answer
            return False, str(getattr(error, "reason", error)) or type(error).__name__

    def judge(self, status, body):
        wanted = self.parameters["status"]
        if not (status in wanted if wanted else 200 <= status < 400):
            return False, "HTTP %d" % status
        if self.parameters["contains"] not in body.decode("utf-8", "replace"):
            return False, "HTTP %d without the text that it should have" % status
        return True, "HTTP %d" % status


def watch(probe, parameters, clock=time.monotonic, sleep=time.sleep):
    """Returns (seconds until the first good answer, None), or (None, why it is not healthy)."""
    started = clock()
    healthy_since = None
    bad = 0
    while True:
        good, words = probe.ask()
        now = clock()
        bad = 0 if good else bad + 1
        if healthy_since is None:
            if good:
                healthy_since = now
            elif now - started > parameters["timeout"]:
                return None, "not healthy after %d s: %s" % (parameters["timeout"], words)
        elif bad >= FAILURES_IN_A_ROW:
            return None, "was healthy, then failed %d times in a row: %s" % (FAILURES_IN_A_ROW, words)
        if healthy_since is not None and bad == 0 and now - healthy_since >= parameters["bake"]:
            return round(healthy_since - started, 2), None
        sleep(parameters["interval"])


def main():
    module = AnsibleModule(
        argument_spec={
            "url": {"type": "str", "required": True},
            "host": {"type": "str", "default": ""},
            "status": {"type": "list", "elements": "int", "default": []},
            "contains": {"type": "str", "default": ""},
            "bake": {"type": "int", "default": 10},
            "timeout": {"type": "int", "default": 120},
            "interval": {"type": "float", "default": 1.0},
        },
        supports_check_mode=True,
    )
    if module.check_mode:
        module.exit_json(changed=False, seconds=0.0, asked=0)
    probe = Probe(module.params)
    seconds, reason = watch(probe, module.params)
    if reason is not None:
        module.fail_json(msg="%s %s" % (module.params["url"], reason), asked=probe.asked)
    module.exit_json(changed=False, seconds=seconds, asked=probe.asked)


if __name__ == "__main__":
    main()
