#!/usr/bin/python
"""Runs Jenkins on this host with the current configuration, or with the previous one if Jenkins refuses it.

Everything happens in one call on the host. If Ansible's machine fails in the middle, either Jenkins runs, or a mark tells
the next call that the current configuration is not confirmed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
import urllib.error
import urllib.request

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: jenkins_service
short_description: Restart Jenkins if its configuration changed, with a rollback
description:
  - The last configuration with which Jenkins answered is kept as CONFIGURATION.proven. Jenkins restarts if the current
    one differs. If Jenkins then does not answer, the kept one is restored; the refused one stays as CONFIGURATION.refused.
author: automation-stack
options:
  name: {type: str, default: jenkins, description: [Name of the service.]}
  configuration: {type: str, default: /etc/jenkins, description: [Directory with the whole configuration.]}
  url: {type: str, required: true, description: [URL that answers with 200 when Jenkins is up.]}
  timeout: {type: int, default: 300, description: [Seconds in which it must answer.]}
  log_lines: {type: int, default: 20, description: [Last lines of the log that a failure shows.]}
"""

RETURN = r"""
seconds: {type: float, returned: success, description: Time until Jenkins answered.}
report:
  type: dict
  returned: failure
  description: >-
    The last log lines, and the result with the previous configuration (restored: healthy, unhealthy, none).
"""

ONE_ANSWER_SECONDS = 5
STACK_FRAME = re.compile(r"\s+at \S+\(|\s+\.\.\. \d+ (more|common frames)")


class Failure(Exception):
    def __init__(self, reason, log):
        super().__init__(reason)
        self.reason = reason
        self.log = log


class Service:
    def __init__(self, module):
        self.module = module
        self.name = module.params["name"]
        self.configuration = module.params["configuration"].rstrip("/")
        self.proven = self.configuration + ".proven"
        self.refused = self.configuration + ".refused"
        # Exists from a restart until its result is known.
        self.unproven = self.configuration + ".unproven"
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def present(self):
        changed = os.path.exists(self.unproven) or contents(self.configuration) != contents(self.proven)
        restart = changed or self.state() != "active"
        if self.module.check_mode:
            self.module.exit_json(changed=restart)
        try:
            seconds = self.restart() if restart else self.wait(None)
        except Failure as failure:
            self.undo(failure, changed)
        if changed:
            copy(self.configuration, self.proven)
            self.settle()
        self.module.exit_json(changed=restart, seconds=seconds)

    def undo(self, failure, changed):
        """Restores the configuration that Jenkins ran with, and reports the failure."""
        restored = "none"
        if changed and os.path.isdir(self.proven):
            restored = self.restore(failure)
        elif changed:
            # There is no previous configuration. A stopped Jenkins is better than one that fails at every start.
            self.systemctl("stop", self.name)
        then = {
            "healthy": "Jenkins runs again with the previous configuration; the refused one is in " + self.refused,
            "unhealthy": "the previous configuration does not start any more either",
            "none": "there is no previous configuration to restore" if changed else "nothing was changed",
        }[restored]
        lines = "".join("\n  " + line for line in failure.log)
        message = "Jenkins did not start: %s; %s. Its last log lines:%s" % (failure.reason, then, lines)
        self.module.fail_json(msg=message, report={"log": failure.log, "restored": restored})

    def restore(self, failure):
        remove(self.refused)
        os.rename(self.configuration, self.refused)
        copy(self.proven, self.configuration)
        try:
            self.restart()
        except Failure as again:
            failure.log.append("the rollback failed too: " + again.reason)
            return "unhealthy"
        self.settle()
        return "healthy"

    def settle(self):
        if os.path.exists(self.unproven):
            os.remove(self.unproven)

    def restart(self):
        """Returns how many seconds it took until Jenkins answered."""
        with open(self.unproven, "w", encoding="utf-8"):
            pass
        since = time.time()
        self.systemctl("daemon-reload")
        # systemd counts starts; this resets the count too.
        self.systemctl("reset-failed", self.name)
        code, error = self.systemctl("restart", self.name)
        if code != 0:
            raise Failure("systemd cannot start it: " + (error.strip().splitlines() or ["no reason given"])[0], self.log(since))
        return self.wait(since)

    def wait(self, since):
        started = time.monotonic()
        while True:
            answer = self.ask()
            state = self.state()
            if answer == "HTTP 200" and state == "active":
                if since is None:
                    return 0.0
                return round(time.monotonic() - started, 2)
            if state not in ("active", "activating", "reloading"):
                raise Failure("its process ended (%s)" % state, self.log(since))
            if time.monotonic() - started > self.module.params["timeout"]:
                seconds = self.module.params["timeout"]
                url = self.module.params["url"]
                raise Failure("%s does not answer with 200 after %d s: %s" % (url, seconds, answer), self.log(since))
            time.sleep(1)

    def ask(self):
        try:
            with self.opener.open(self.module.params["url"], timeout=ONE_ANSWER_SECONDS) as answer:
                return "HTTP %d" % answer.status
        except urllib.error.HTTPError as error:
            return "HTTP %d" % error.code
        except Exception as error:  # sockets and http.client raise many types; each means: no answer
            return str(getattr(error, "reason", error)) or type(error).__name__

    def state(self):
        """active, activating, failed, inactive; or `restarting` while systemd waits before it starts Jenkins again."""
        command = ["systemctl", "show", "--property", "ActiveState", "--property", "SubState", self.name]
        _code, out, _err = self.module.run_command(command)
        properties = dict(line.split("=", 1) for line in out.splitlines() if "=" in line)
        if properties.get("SubState") == "auto-restart":
            return "restarting"
        return properties.get("ActiveState", "inactive")

    def systemctl(self, *words):
        code, _out, err = self.module.run_command(["systemctl"] + list(words))
        return code, err

    def log(self, since):
        """The last lines, without secrets and without stack frames, which would displace the messages."""
        self.module.run_command(["journalctl", "--sync"])
        command = ["journalctl", "--unit", self.name, "--output", "cat", "--no-pager", "--quiet"]
        command += ["--lines", "1000"] if since is None else ["--since", "@%d" % since]
        _code, out, _err = self.module.run_command(command)
        lines = [line.rstrip() for line in out.splitlines() if line.strip() and not STACK_FRAME.match(line)]
        secrets = self.secrets()
        return [hide(line, secrets) for line in lines[-self.module.params["log_lines"]:]]

    def secrets(self):
        """The lines of each secret, with its name."""
        found = []
        for path, content in read(os.path.join(self.configuration, "secrets")).items():
            lines = content.decode("utf-8", "replace").split("\n")
            found += [(line.strip(), os.path.basename(path)) for line in lines if line.strip()]
        return sorted(found, key=lambda secret: -len(secret[0]))


def hide(line, secrets):
    for value, name in secrets:
        line = line.replace(value, "[%s]" % name)
    return line


def read(folder):
    """Path in the folder → content; empty if there is no folder."""
    found = {}
    for directory, _folders, files in os.walk(folder):
        for name in files:
            path = os.path.join(directory, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


def contents(folder):
    return {path: hashlib.sha256(content).hexdigest() for path, content in read(folder).items()}


def copy(source, destination):
    """Replaces a folder by a copy, which gets the name when it is complete; owners and modes are copied too."""
    partial = destination + ".partial"
    remove(partial)
    shutil.copytree(source, partial, copy_function=copy_file)
    for directory, folders, _files in os.walk(source):
        for folder in ["."] + folders:
            path = os.path.normpath(os.path.join(directory, folder))
            own(path, os.path.join(partial, os.path.relpath(path, source)))
    remove(destination)
    os.rename(partial, destination)


def copy_file(source, destination):
    # Owner and mode before the content, so that others can never read a secret.
    with open(os.open(destination, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as to, open(source, "rb") as of:
        own(source, destination)
        shutil.copyfileobj(of, to)
    return destination


def own(source, destination):
    status = os.stat(source)
    os.chown(destination, status.st_uid, status.st_gid)
    os.chmod(destination, status.st_mode & 0o7777)


def remove(path):
    if os.path.isdir(path):
        shutil.rmtree(path)


def main():
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "default": "jenkins"},
            "configuration": {"type": "str", "default": "/etc/jenkins"},
            "url": {"type": "str", "required": True},
            "timeout": {"type": "int", "default": 300},
            "log_lines": {"type": "int", "default": 20},
        },
        supports_check_mode=True,
    )
    Service(module).present()


if __name__ == "__main__":
    main()
