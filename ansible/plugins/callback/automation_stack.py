"""Prints what a playbook run does as one JSON object a line, for the runner to read.

Lines start with {"event": …}; the runner's side of the contract is runner/src/hosts/rules/ansibleEvents.ts.
Results of tasks with no_log are reported without any of their content.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys

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
LONGEST_LINE = 400
# Hosts in one line of the recap; the runner joins the lines.
RECAP_HOSTS = 50
PR_SET_PDEATHSIG = 1
FACTS = ("gather_facts", "setup", "ansible.builtin.gather_facts", "ansible.builtin.setup", "ansible.legacy.gather_facts", "ansible.legacy.setup")


def _die_with_parent():
    """Asks Linux to end this run when the runner is killed: two runs must never work on one host."""
    if sys.platform.startswith("linux") and os.environ.get("AUTOMATION_STACK_RUN"):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _text(value):
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"


def _lines(*texts):
    lines = [line[:LONGEST_LINE] for text in texts if isinstance(text, str) for line in text.splitlines() if line.strip()]
    return lines[-MOST_LINES:]


class CallbackModule(CallbackBase):
    """The stdout callback that the runner asks for."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "automation_stack"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._failed_item = {}
        _die_with_parent()

    def _emit(self, **event):
        self._display.display(json.dumps({k: v for k, v in event.items() if v is not None}, default=str, separators=(",", ":")))

    @staticmethod
    def _name(task):
        """The task's own name; the path tells which role it is of."""
        return task.get_name(include_role_fqcn=False).split(" : ", 1)[-1].strip()

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
        self._emit(event="play", name=play.get_name().strip(), hosts=len(play.get_variable_manager()._inventory.get_hosts(play.hosts)))

    def v2_playbook_on_no_hosts_matched(self):
        self._emit(event="play", name="no host matched", hosts=0)

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._emit(event="task", name=self._name(task), path=self._path(task), phase=self._phase(task))

    def v2_playbook_on_handler_task_start(self, task):
        self.v2_playbook_on_task_start(task, False)

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
        diffs = [item.get("diff") for item in data.get("results", []) if isinstance(item, dict)] or [data.get("diff")]
        for diff in filter(None, diffs):
            lines = _lines(self._get_diff(diff))
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
