"""Prints what a playbook run does as one JSON object a line, for the runner to read.

Lines start with {"event": …}; the runner's side of the contract is runner/src/hosts/rules/ansibleEvents.ts.
Results of tasks with no_log are reported without any of their content.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import signal
import sys
import time

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: automation_stack
type: stdout
short_description: JSON lines for the automation-stack runner
description:
  - Prints plays, tasks, results by host and the recap as one JSON object a line.
"""

# The runner cuts lines at 16 KiB; what is kept of a message leaves room for everything else.
LONGEST_TEXT = 3000
MOST_LINES = 20
MOST_DIFF_LINES = 200
LONGEST_LINE = 400
# Hosts in one line of the recap; the runner joins the lines.
RECAP_HOSTS = 50
PR_SET_PDEATHSIG = 1
FACTS = ("gather_facts", "setup", "ansible.builtin.gather_facts", "ansible.builtin.setup", "ansible.legacy.gather_facts", "ansible.legacy.setup")
# Modules that leave a file behind, by the last part of their name.
FILE_MODULES = ("assemble", "blockinfile", "copy", "file", "get_url", "git", "ini_file", "lineinfile", "replace", "template", "unarchive")
MOST_PATHS = 100
READABLE_BY_ALL = 0o004
# A line of a difference up to its value: `+PASSWORD=`, `- password:`.
KEY = re.compile(r"^([-+ ]\s*[\w.$\[\]'\"-]+\s*(?:=>|[=:])\s*)\S.*$")


def _die_with_parent():
    """Asks Linux to end this run when the runner is killed: two runs must never work on one host."""
    if sys.platform.startswith("linux") and os.environ.get("AUTOMATION_STACK_RUN"):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _text(value):
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"


def _lines(*texts, most=MOST_LINES):
    lines = [line[:LONGEST_LINE] for text in texts if isinstance(text, str) for line in text.splitlines() if line.strip()]
    return lines[-most:]


def _hidden(line):
    """A line of a file that not everybody may read: which setting changes is told, its value is not."""
    if line.startswith(("---", "+++", "@@")) or not line[1:].strip():
        return line
    key = KEY.match(line)
    return key.group(1) + "***" if key else line[0] + "***"


def _named_alike(diff):
    """A difference whose two sides have the same name: what was rendered here lies in a folder that is another one for each host."""
    if isinstance(diff, list):
        return [_named_alike(one) for one in diff]
    if isinstance(diff, dict) and "/ansible-local-" in str(diff.get("after_header")):
        return {**diff, "after_header": diff.get("before_header")}
    return diff


def _mode(*values):
    """The first mode that is given as digits, as a number."""
    for value in values:
        if isinstance(value, int):
            return value
        if isinstance(value, str) and re.fullmatch(r"0?o?[0-7]{3,4}", value):
            return int(value.replace("o", ""), 8)
    return None


class CallbackModule(CallbackBase):
    """The stdout callback that the runner asks for."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "automation_stack"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._failed_item = {}
        self._play = ""
        self._begun = {}
        _die_with_parent()

    def _emit(self, **event):
        self._display.display(json.dumps({k: v for k, v in event.items() if v is not None}, default=str, separators=(",", ":")))

    @staticmethod
    def _name(task):
        """The task's own name; the path tells which role it is of. A task that includes a role takes no arguments here."""
        return task.get_name().split(" : ", 1)[-1].strip()

    @staticmethod
    def _path(task):
        return task.get_path() or ""

    @staticmethod
    def _phase(task):
        """What the task calls its step: its variable named ROLE_phase (or just phase)."""
        for name, value in (getattr(task, "vars", None) or {}).items():
            if (name == "phase" or name.endswith("_phase")) and isinstance(value, str):
                return value
        return None

    def _group(self, task):
        """What a task belongs to: its role, else its play. Handlers of a role run behind all roles."""
        role = getattr(task, "_role", None)
        name = role.get_name() if role is not None else self._play
        return name + " handlers" if "Handler" in type(task).__name__ else name

    def _seconds(self, result):
        begun = self._begun.pop((result._host.get_name(), result._task._uuid), None)
        return None if begun is None else round(time.monotonic() - begun, 2)

    @staticmethod
    def _paths(task, data):
        """Files on the host that the task stands for."""
        if task.action.rsplit(".", 1)[-1] not in FILE_MODULES:
            return None
        results = [item for item in data.get("results", []) if isinstance(item, dict)] or [data]
        given = [(item.get("invocation") or {}).get("module_args") or {} for item in results]
        paths = [item.get(key) for item in [*results, *given] for key in ("dest", "path")]
        return sorted({path for path in paths if isinstance(path, str) and path.startswith("/")})[:MOST_PATHS] or None

    def _host(self, result, status, ignored=False):
        task, data = result._task, result._result
        event = {
            "event": "host",
            "host": result._host.get_name(),
            "status": status,
            "task": self._name(task),
            "path": self._path(task),
            "phase": self._phase(task),
            "ignored": True if ignored else None,
            "facts": True if task.action in FACTS else None,
            "group": self._group(task),
            "seconds": self._seconds(result),
            "paths": self._paths(task, data) if status in ("ok", "changed") else None,
        }
        if status in ("failed", "unreachable"):
            event.update(self._reason(result._host.get_name(), task, data))
        self._emit(**event)

    def _reason(self, host, task, data):
        if data.get("_ansible_no_log") or task.no_log is True or "censored" in data:
            return {"msg": "the reason is hidden, because the task is marked no_log"}
        item = self._failed_item.pop((host, task._uuid), None)
        source = item or data
        reason = {"output": _lines(source.get("stdout"), source.get("stderr"), source.get("module_stderr")) or None}
        message = source.get("msg") or source.get("reason") or source.get("exception")
        if message:
            reason["msg"] = _text(message)
        if isinstance(source.get("rc"), int):
            reason["rc"] = source["rc"]
        if isinstance(source.get("report"), dict):
            reason["report"] = source["report"]
        return reason

    def v2_playbook_on_play_start(self, play):
        self._play = play.get_name().strip()
        pattern = play.hosts if isinstance(play.hosts, str) else ",".join(play.hosts)
        self._emit(event="play", name=self._play, pattern=pattern, hosts=len(play.get_variable_manager()._inventory.get_hosts(play.hosts)))

    def v2_playbook_on_no_hosts_matched(self):
        self._emit(event="play", name="no host matched", hosts=0)

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._emit(event="task", name=self._name(task), path=self._path(task), phase=self._phase(task), group=self._group(task))

    def v2_playbook_on_handler_task_start(self, task):
        self.v2_playbook_on_task_start(task, False)

    def v2_runner_on_start(self, host, task):
        self._begun[(host.get_name(), task._uuid)] = time.monotonic()

    def v2_runner_on_skipped(self, result):
        self._seconds(result)

    def v2_runner_on_ok(self, result):
        self._host(result, "changed" if result.is_changed() else "ok")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._host(result, "failed", ignored=ignore_errors)

    def v2_runner_on_unreachable(self, result):
        self._host(result, "unreachable")

    def v2_runner_item_on_failed(self, result):
        self._failed_item[(result._host.get_name(), result._task._uuid)] = result._result

    def v2_runner_retry(self, result):
        data = result._result
        left = int(data.get("retries", 0)) - int(data.get("attempts", 0))
        self._emit(event="retry", host=result._host.get_name(), task=self._name(result._task), left=left)

    def v2_on_file_diff(self, result):
        data = result._result
        if data.get("_ansible_no_log") or result._task.no_log is True:
            return
        items = [item for item in data.get("results", []) if isinstance(item, dict)] or [data]
        for item in items:
            lines = _lines(self._get_diff(_named_alike(item["diff"])), most=MOST_DIFF_LINES) if item.get("diff") else []
            mode = _mode(item.get("mode"), result._task.args.get("mode"))
            # The module `file` changes no content: what it shows are modes and owners.
            if mode is not None and not mode & READABLE_BY_ALL and result._task.action.rsplit(".", 1)[-1] != "file":
                lines = [_hidden(line) for line in lines]
            if lines:
                self._emit(event="diff", host=result._host.get_name(), task=self._name(result._task), lines=lines)

    def v2_playbook_on_stats(self, stats):
        processed = sorted(stats.processed)
        for start in range(0, len(processed), RECAP_HOSTS):
            self._recap(stats, processed[start:start + RECAP_HOSTS])

    def _recap(self, stats, names):
        hosts = {}
        for host in names:
            recap = stats.summarize(host)
            hosts[host] = {
                "ok": recap["ok"],
                "changed": recap["changed"],
                "failed": recap["failures"],
                "unreachable": recap["unreachable"],
                "skipped": recap["skipped"],
                "rescued": recap["rescued"],
            }
        self._emit(event="stats", hosts=hosts)
