#!/usr/bin/python
"""One application container on this host: replaced with a health check and a rollback, in one call.

Everything happens in one call on the host. If the controller or the network fails in the middle, either the new
container runs and is healthy, or the old one runs.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
import urllib.error
import urllib.request

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: app_container
short_description: Run one application container, with a health check and a rollback
description:
  - The name of a container shows its role. NAME is current, NAME-next is the candidate, NAME-previous ran before and is
    kept stopped. If a call is cut off, the next one continues from these names.
  - The options are those of the role app_container, without the prefix.
author: automation-stack
options:
  name: {type: str, required: true, description: [Name of the container.]}
  state: {type: str, choices: [present, restored, finalised], default: present, description: [See the role.]}
  image: {type: str, default: "", description: [Image with its digest; it must be on the host.]}
  definition: {type: str, default: "", description: [Identifies image and settings together.]}
  replace: {type: bool, default: false, description: [Replace the container even if it is the wanted one.]}
  publish: {type: str, required: true, description: ["HOSTPORT:CONTAINERPORT."]}
  environment: {type: dict, default: {}, description: [Environment variables.]}
  labels: {type: dict, default: {}, description: [Further labels.]}
  options: {type: list, elements: str, default: [], description: [Further options of docker run.]}
  command: {type: list, elements: str, default: [], description: [Command instead of the image's own.]}
  restart_policy: {type: str, default: unless-stopped, description: [Restart policy of a healthy container.]}
  stop_timeout: {type: int, default: 10, description: [Seconds that the old container has to stop.]}
  health_port: {type: int, required: true, description: [Port on the host for the health check.]}
  health_path: {type: str, default: /, description: [HTTP path.]}
  health_status: {type: list, elements: int, default: [], description: [Healthy codes; 200 to 399 if empty.]}
  health_timeout: {type: int, default: 120, description: [Seconds to become healthy.]}
  health_interval: {type: float, default: 1.0, description: [Seconds between two health checks.]}
  log_lines: {type: int, default: 20, description: [Last log lines that a failure shows.]}
"""

RETURN = r"""
seconds: {type: float, returned: changed, description: Time from the start of the container until it was healthy.}
report:
  type: dict
  returned: failure
  description: >-
    State and exitCode of the new container, its last log lines, and the state of the old one after the rollback
    (restored: healthy, unhealthy, none).
"""

DEFINITION = "automation-stack.definition"
# Held while a container is replaced. A call whose controller died still runs to its end, and the next call waits for it.
LOCK = "/run/lock/automation-stack-app-container"
LIST_FORMAT = '{{.Names}}|{{.State}}|{{.Label "%s"}}|{{.Image}}' % DEFINITION
ONE_ANSWER_SECONDS = 5


class Failure(Exception):
    """A step failed; with what is known about the container."""

    def __init__(self, reason, state="", exit_code=None, log=()):
        super().__init__(reason)
        self.reason = reason
        self.state = state
        self.exit_code = exit_code
        self.log = list(log)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect counts as the answer: its target may be on another host."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        return None


class Application:
    """The application's containers on this host."""

    def __init__(self, module):
        self.module = module
        self.wanted = module.params
        self.name = self.wanted["name"]
        self.next = self.name + "-next"
        self.previous = self.name + "-previous"
        # Without proxies: the request stays on this host.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect())
        self.seen = self.look()

    def docker(self, *words, data=None):
        code, out, err = self.module.run_command(["docker"] + list(words), data=data)
        if code != 0:
            lines = [line for line in err.splitlines() if line.strip() and not line.startswith("See 'docker")]
            raise Failure((lines[-1] if lines else "docker %s failed" % words[0]).replace("docker: Error response from daemon: ", ""))
        return out

    def look(self):
        """Containers by name: (state, definition, image)."""
        pattern = "name=^/%s(-next|-previous)?$" % self.name
        out = self.docker("container", "ls", "--all", "--no-trunc", "--filter", pattern, "--format", LIST_FORMAT)
        return {line.split("|")[0]: tuple(line.split("|")[1:4]) for line in out.splitlines() if "|" in line}

    def remove(self, *names):
        there = [name for name in names if name in self.seen]
        if there:
            self.docker("rm", "--force", *there)
            for name in there:
                del self.seen[name]

    def stop(self, name):
        if name in self.seen and self.seen[name][0] not in ("exited", "created", "dead"):
            self.docker("stop", "--time", str(self.wanted["stop_timeout"]), name)

    def rename(self, old, new):
        self.docker("rename", old, new)
        self.seen[new] = self.seen.pop(old)

    # The states of the role

    def present(self):
        state, definition = self.seen.get(self.name, ("", "", ""))[:2]
        current = state == "running" and definition == self.wanted["definition"] and self.next not in self.seen
        if current and not self.wanted["replace"]:
            self.module.exit_json(changed=False)
        if self.module.check_mode:
            self.module.exit_json(changed=True)
        try:
            seconds = self.put_in_place()
        except Failure as failure:
            self.undo(failure)
        self.tidy()
        self.module.exit_json(changed=True, seconds=seconds)

    def restored(self):
        wanted = self.wanted["definition"]
        has = {name: container[1] for name, container in self.seen.items()}
        if not self.wanted["image"]:
            changed = bool(self.seen)
            if not self.module.check_mode:
                self.remove(*list(self.seen))
            self.module.exit_json(changed=changed)
        kept = has.get(self.name) == wanted or has.get(self.previous) == wanted
        if not kept:
            self.present()
        if self.module.check_mode:
            self.module.exit_json(changed=True)
        self.remove(self.next)
        if has.get(self.name) != wanted:
            self.remove(self.name)
        became, failure = self.revive()
        if became != "healthy":
            report = {"state": failure.state, "exitCode": failure.exit_code, "log": failure.log, "restored": became}
            self.module.fail_json(msg="what ran before is not healthy any more: " + failure.reason, report=report)
        self.module.exit_json(changed=True)

    def finalised(self):
        changed = self.next in self.seen or self.previous in self.seen
        if not self.module.check_mode:
            self.remove(self.next, self.previous)
            self.tidy()
        self.module.exit_json(changed=changed)

    # The replacement

    def put_in_place(self):
        # NEXT never became healthy. If NAME exists it was healthy later than PREVIOUS, so PREVIOUS is stale.
        self.remove(self.next)
        if self.name in self.seen:
            self.remove(self.previous)
            self.stop(self.name)
            self.rename(self.name, self.previous)
        else:
            self.stop(self.previous)
        self.run()
        seconds = self.wait_until_healthy(self.next)
        # A candidate has no restart policy, so that a crash is visible.
        self.docker("update", "--restart", self.wanted["restart_policy"], self.next)
        self.rename(self.next, self.name)
        return seconds

    def run(self):
        wanted = self.wanted
        words = ["run", "--detach", "--init", "--restart", "no", "--name", self.next, "--publish", wanted["publish"]]
        labels = dict(wanted["labels"], **{DEFINITION: wanted["definition"]})
        for name in sorted(labels):
            words += ["--label", "%s=%s" % (name, labels[name])]
        data = None
        if wanted["environment"]:
            # By standard input: every user of the host can see argv.
            words += ["--env-file", "/dev/stdin"]
            data = "\n".join("%s=%s" % (name, text(value)) for name, value in wanted["environment"].items())
        self.docker(*(words + wanted["options"] + [wanted["image"]] + wanted["command"]), data=data)
        self.seen[self.next] = ("running", wanted["definition"], wanted["image"])

    def undo(self, failure):
        """Restores the old container, then reports the failure."""
        try:
            self.seen = self.look()
            self.remove(self.next)
            became = self.revive()[0]
        except Failure as again:
            became = "unhealthy"
            failure.log.append("the rollback failed too: " + again.reason)
        report = {"state": failure.state, "exitCode": failure.exit_code, "log": failure.log, "restored": became}
        self.module.fail_json(msg=failure.reason, report=report)

    def revive(self):
        """Starts the previous container under its name. Returns (healthy, unhealthy or none; why)."""
        if self.name not in self.seen and self.previous in self.seen:
            self.rename(self.previous, self.name)
        if self.name not in self.seen:
            return "none", None
        try:
            self.docker("start", self.name)
            self.wait_until_healthy(self.name)
        except Failure as failure:
            return "unhealthy", failure
        return "healthy", None

    def tidy(self):
        """Removes the application's images that no container uses; Docker refuses to remove the others."""
        repository = self.wanted["image"].split("@")[0]
        if not repository:
            return
        try:
            out = self.docker("image", "ls", "--digests", "--format", "{{.Repository}}@{{.Digest}}", repository)
            used = {container[2] for container in self.look().values()} | {self.wanted["image"]}
            unused = sorted(set(out.split()) - used)
            if unused:
                self.docker("image", "rm", *unused)
        except Failure:
            pass  # a deployment does not fail because old images stay

    # Health

    def wait_until_healthy(self, name):
        wanted = self.wanted
        url = "http://127.0.0.1:%d/%s" % (wanted["health_port"], wanted["health_path"].lstrip("/"))
        started = time.monotonic()
        while True:
            state = self.inspect(name)
            if state["Status"] not in ("running", "created", "restarting"):
                raise self.failure(name, ended(state), state)
            status, error = self.ask(url)
            if status is not None and self.accepts(status):
                return round(time.monotonic() - started, 2)
            if time.monotonic() - started > wanted["health_timeout"]:
                answer = "HTTP %d" % status if status is not None else error
                reason = "not healthy after %d s (health.timeout): %s answers: %s" % (wanted["health_timeout"], wanted["health_path"], answer)
                raise self.failure(name, reason, state)
            time.sleep(wanted["health_interval"])

    def accepts(self, status):
        codes = self.wanted["health_status"]
        return status in codes if codes else 200 <= status < 400

    def ask(self, url):
        """Returns (status, None) or (None, why there was no answer)."""
        try:
            with self.opener.open(url, timeout=ONE_ANSWER_SECONDS) as answer:
                return answer.status, None
        except urllib.error.HTTPError as error:
            return error.code, None
        except Exception as error:  # sockets and http.client raise many types; each means: no answer
            return None, str(getattr(error, "reason", error)) or type(error).__name__

    def inspect(self, name):
        code, out, _err = self.module.run_command(["docker", "container", "inspect", "--format", "{{json .State}}", name])
        return json.loads(out) if code == 0 else {"Status": "gone"}

    def failure(self, name, reason, state):
        count = str(self.wanted["log_lines"])
        _code, out, err = self.module.run_command(["docker", "logs", "--tail", count, name])
        log = [line for line in (out + "\n" + err).splitlines() if line.strip()][-self.wanted["log_lines"]:]
        exit_code = state.get("ExitCode") if state["Status"] in ("exited", "dead") else None
        return Failure(reason, state["Status"], exit_code, log)


def ended(state):
    if "ExitCode" not in state:
        return "the container is gone"
    memory = ", killed for using too much memory" if state.get("OOMKilled") else ""
    return "the container ended with exit code %d%s" % (state["ExitCode"], memory)


def text(value):
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def main():
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "restored", "finalised"], "default": "present"},
            "image": {"type": "str", "default": ""},
            "definition": {"type": "str", "default": ""},
            "replace": {"type": "bool", "default": False},
            "publish": {"type": "str", "required": True},
            # Ansible logs the arguments of its modules in the host's journal; this one must not be there.
            "environment": {"type": "dict", "default": {}, "no_log": True},
            "labels": {"type": "dict", "default": {}},
            "options": {"type": "list", "elements": "str", "default": []},
            "command": {"type": "list", "elements": "str", "default": []},
            "restart_policy": {"type": "str", "default": "unless-stopped"},
            "stop_timeout": {"type": "int", "default": 10},
            "health_port": {"type": "int", "required": True},
            "health_path": {"type": "str", "default": "/"},
            "health_status": {"type": "list", "elements": "int", "default": []},
            "health_timeout": {"type": "int", "default": 120},
            "health_interval": {"type": "float", "default": 1.0},
            "log_lines": {"type": "int", "default": 20},
        },
        supports_check_mode=True,
    )
    if module.get_bin_path("docker") is None:
        module.fail_json(msg="Docker is not installed here: provision the host with the role docker_engine first")
    # Released when the process ends, in any way.
    lock = os.open(LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        application = Application(module)
        getattr(application, module.params["state"])()
    except Failure as failure:
        report = {"state": failure.state, "exitCode": failure.exit_code, "log": failure.log, "restored": "unhealthy"}
        module.fail_json(msg=failure.reason, report=report)


if __name__ == "__main__":
    main()
