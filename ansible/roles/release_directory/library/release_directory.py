#!/usr/bin/python
"""One application's releases on this host, each in a directory of its own: switched with a health check and a rollback.

A switch is one call on the host. If the controller or the network fails in the middle, either the new release is in use
and healthy, or the old one is in use.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pwd
import shutil
import tarfile
import time
import urllib.error
import urllib.request
import zipfile

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: release_directory
short_description: Keep releases in directories, and switch between them
description:
  - ROOT/releases/ID is a release, complete if ROOT/releases/ID.json is there. The link ROOT/current leads to the one in use,
    ROOT/previous to the one before, and ROOT/next to one that is not yet known to be healthy.
  - The options are those of the role release_directory, without the prefix.
author: automation-stack
options:
  root: {type: path, required: true, description: [Directory of the application.]}
  state: {type: str, choices: [fetched, present, restored], default: present, description: [See the role.]}
  id: {type: str, default: "", description: [Name of the release's directory.]}
  archive: {type: path, default: "", description: [File on this host with the content; removed when it is unpacked.]}
  sha256: {type: str, default: "", description: [Checksum of the file.]}
  version: {type: str, default: "", description: [Version of the release.]}
  commit: {type: str, default: "", description: [Commit of the release.]}
  environment: {type: dict, default: {}, description: [Variables that are written to .env.]}
  shared: {type: list, elements: str, default: [], description: [Paths that all releases share.]}
  owner: {type: str, default: root, description: [User of the application.]}
  prepare: {type: list, elements: str, default: [], description: [Command to run in a new release.]}
  keep: {type: int, default: 5, description: [Number of releases to keep.]}
  replace: {type: bool, default: false, description: [Restart even if the release is in use.]}
  unit: {type: str, default: "", description: [Unit of systemd that runs the application.]}
  restart: {type: list, elements: str, default: [], description: [Command that lets the application use the release.]}
  health_port: {type: int, required: true, description: [Port on the host for the health check.]}
  health_path: {type: str, default: /, description: [HTTP path.]}
  health_status: {type: list, elements: int, default: [], description: [Healthy codes; 200 to 399 if empty.]}
  health_timeout: {type: int, default: 120, description: [Seconds to become healthy.]}
  health_interval: {type: float, default: 1.0, description: [Seconds between two health checks.]}
  log_lines: {type: int, default: 20, description: [Last log lines that a failure shows.]}
"""

RETURN = r"""
seconds: {type: float, returned: changed, description: Time from the switch until the application was healthy.}
report:
  type: dict
  returned: failure
  description: Last log lines, and the state of the old release after the rollback (restored: healthy, unhealthy, none).
"""

# Held while releases are changed. A call whose controller died still runs to its end, and the next call waits for it.
LOCK = "/run/lock/automation-stack-release-directory"
ONE_ANSWER_SECONDS = 5


class Failure(Exception):
    """A step failed; with the last lines of what it printed."""

    def __init__(self, reason, log=()):
        super().__init__(reason)
        self.reason = reason
        self.log = list(log)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect counts as the answer: its target may be on another host."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        return None


class Application:
    """The application's releases on this host."""

    def __init__(self, module):
        self.module = module
        self.wanted = module.params
        self.id = self.wanted["id"]
        self.root = self.wanted["root"]
        self.releases = os.path.join(self.root, "releases")
        # Without proxies: the request stays on this host.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect())

    # Places

    def directory(self, name):
        return os.path.join(self.releases, name)

    def note(self, name):
        return self.directory(name) + ".json"

    def is_complete(self, name):
        return name != "" and os.path.isfile(self.note(name)) and os.path.isdir(self.directory(name))

    def led_to(self, link):
        """The release that a link leads to; empty where there is none."""
        try:
            return os.path.basename(os.readlink(os.path.join(self.root, link)))
        except OSError:
            return ""

    def lead(self, link, name):
        """Lets a link lead to a release, in one step; without a release it is removed."""
        path = os.path.join(self.root, link)
        if name == "":
            if os.path.lexists(path):
                os.unlink(path)
            return
        fresh = path + ".new"
        if os.path.lexists(fresh):
            os.unlink(fresh)
        os.symlink(os.path.join("releases", name), fresh)
        os.replace(fresh, path)

    # The states of the role

    def fetched(self):
        if self.is_complete(self.id):
            self.forget(self.wanted["archive"])
            if not self.module.check_mode:
                os.utime(self.note(self.id))
            self.module.exit_json(changed=False)
        if self.module.check_mode:
            self.module.exit_json(changed=True)
        directory = self.directory(self.id)
        try:
            digest = self.checked()
            self.tidy()
            # What a run that was cut off left.
            remove(directory)
            os.makedirs(directory, mode=0o755)
            unpack(self.wanted["archive"], directory)
            self.share(directory)
            self.write_environment(directory)
            self.prepare(directory)
            write(self.note(self.id), json.dumps(self.known(digest)) + "\n", 0o644)
        except (Failure, OSError, tarfile.TarError, zipfile.BadZipFile) as error:
            remove(directory)
            self.module.fail_json(
                msg="the release could not be unpacked: %s" % getattr(error, "reason", error),
                stdout="\n".join(getattr(error, "log", [])),
            )
        finally:
            self.forget(self.wanted["archive"])
        self.module.exit_json(changed=True)

    def present(self):
        is_settled = self.led_to("current") == self.id and self.led_to("next") == ""
        if is_settled and not self.wanted["replace"]:
            self.module.exit_json(changed=False)
        if not self.is_complete(self.id):
            raise Failure("the release %s is not on this host" % self.id)
        if self.module.check_mode:
            self.module.exit_json(changed=True)
        before = self.last_healthy()
        try:
            # NEXT says which release is not yet known to be healthy, whatever happens from here on.
            self.lead("next", self.id)
            self.lead("previous", before if before != self.id else self.led_to("previous"))
            seconds = self.switch(self.id)
            self.lead("next", "")
            os.utime(self.note(self.id))
        except (Failure, OSError) as error:
            self.undo(before, error)
        self.module.exit_json(changed=True, seconds=seconds)

    def restored(self):
        current, unproven = self.led_to("current"), self.led_to("next")
        if self.id == "":
            if not self.module.check_mode:
                for link in ("current", "previous", "next"):
                    self.lead(link, "")
                if self.wanted["unit"]:
                    self.module.run_command(["systemctl", "stop", self.wanted["unit"]])
            self.module.exit_json(changed=current != "" or unproven != "")
        if not self.is_complete(self.id):
            raise Failure("the release %s is no longer on this host" % self.id)
        if self.module.check_mode:
            self.module.exit_json(changed=current != self.id or unproven != "")
        if unproven == "" and current not in ("", self.id):
            self.lead("previous", current)
        try:
            self.switch(self.id)
        except (Failure, OSError) as error:
            report = {"log": getattr(error, "log", []), "restored": "unhealthy"}
            self.module.fail_json(msg="what ran before is not healthy any more: %s" % reason_of(error), report=report)
        self.lead("next", "")
        self.module.exit_json(changed=True)

    # The switch

    def last_healthy(self):
        """The release to go back to. NEXT never became healthy: then it is the one before."""
        current = self.led_to("current")
        found = self.led_to("previous") if current == self.led_to("next") else current
        return found if self.is_complete(found) else ""

    def switch(self, name):
        self.lead("current", name)
        started = time.monotonic()
        command = self.wanted["restart"] or (["systemctl", "restart", self.wanted["unit"]] if self.wanted["unit"] else [])
        if command:
            code, out, err = self.module.run_command(command, cwd=self.root)
            if code != 0:
                raise Failure("%s ended with exit code %d" % (" ".join(command), code), self.last_words(out + err))
        self.wait_until_healthy()
        return round(time.monotonic() - started, 2)

    def undo(self, before, error):
        """Goes back to the old release, then reports the failure."""
        log = list(getattr(error, "log", []))
        became = "none"
        try:
            if before == "":
                self.lead("current", "")
            else:
                became = "healthy"
                self.switch(before)
            self.lead("next", "")
        except (Failure, OSError) as again:
            became = "unhealthy"
            log.append("the rollback failed too: " + reason_of(again))
        self.module.fail_json(msg=reason_of(error), report={"log": log, "restored": became})

    # A new release

    def checked(self):
        digest = hashlib.sha256()
        try:
            with open(self.wanted["archive"], "rb") as file:
                for block in iter(lambda: file.read(1 << 20), b""):
                    digest.update(block)
        except OSError as error:
            raise Failure("its file is not there: %s" % error) from error
        if digest.hexdigest() != self.wanted["sha256"]:
            raise Failure("its checksum is %s, not %s" % (digest.hexdigest(), self.wanted["sha256"]))
        return digest.hexdigest()

    def known(self, digest):
        return {"id": self.id, "version": self.wanted["version"], "commit": self.wanted["commit"], "digest": "sha256:" + digest}

    def share(self, directory):
        """Links what all releases share. What the first release brings there is where it begins."""
        owner = self.owner()
        for path in self.wanted["shared"]:
            own, common = os.path.join(directory, path), os.path.join(self.root, "shared", path)
            os.makedirs(os.path.dirname(common), mode=0o755, exist_ok=True)
            if not os.path.lexists(common):
                if os.path.lexists(own):
                    shutil.move(own, common)
                else:
                    os.makedirs(common, mode=0o750)
                give(common, owner)
            remove(own)
            os.makedirs(os.path.dirname(own), mode=0o755, exist_ok=True)
            os.symlink(os.path.relpath(common, os.path.dirname(own)), own)

    def owner(self):
        try:
            return pwd.getpwnam(self.wanted["owner"])
        except KeyError as error:
            raise Failure("there is no user %s on this host" % self.wanted["owner"]) from error

    def write_environment(self, directory):
        if not self.wanted["environment"]:
            return
        lines = ["%s=%s\n" % (name, quoted(name, value)) for name, value in sorted(self.wanted["environment"].items())]
        path = os.path.join(directory, ".env")
        remove(path)
        write(path, "".join(lines), 0o640)
        os.chown(path, 0, self.owner().pw_gid)

    def prepare(self, directory):
        command = self.wanted["prepare"]
        if not command:
            return
        code, out, err = self.module.run_command(command, cwd=directory)
        if code != 0:
            lines = [line for line in (out + "\n" + err).splitlines() if line.strip()]
            raise Failure("%s ended with exit code %d" % (" ".join(command), code), lines[-self.wanted["log_lines"]:])

    def tidy(self):
        """Removes releases beyond those to keep, never one in use, and makes room for the one that comes."""
        if not os.path.isdir(self.releases):
            return
        found = [name[: -len(".json")] for name in os.listdir(self.releases) if name.endswith(".json")]
        found.sort(key=lambda name: os.path.getmtime(self.note(name)), reverse=True)
        unproven = self.led_to("next")
        # PREVIOUS is what a run that was cut off goes back to.
        kept = {self.led_to("current"), unproven, self.led_to("previous") if unproven else ""} - {""}
        for name in found:
            if len(kept) < self.wanted["keep"] - 1:
                kept.add(name)
        for name in os.listdir(self.releases):
            if name.split(".")[0] not in kept and self.directory(name) != self.wanted["archive"]:
                # Its note goes first: what is not complete is not used.
                self.forget(self.note(name))
                remove(self.directory(name))

    def forget(self, path):
        if path and os.path.lexists(path) and not self.module.check_mode:
            os.unlink(path)

    # Health

    def wait_until_healthy(self):
        wanted = self.wanted
        url = "http://127.0.0.1:%d/%s" % (wanted["health_port"], wanted["health_path"].lstrip("/"))
        started = time.monotonic()
        while True:
            if self.has_failed():
                raise Failure("the unit %s failed" % wanted["unit"], self.last_words())
            status, error = self.ask(url)
            if status is not None and self.accepts(status):
                return
            if time.monotonic() - started > wanted["health_timeout"]:
                answer = "HTTP %d" % status if status is not None else error
                reason = "not healthy after %d s (health.timeout): %s answers: %s" % (wanted["health_timeout"], wanted["health_path"], answer)
                raise Failure(reason, self.last_words())
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

    def has_failed(self):
        if not self.wanted["unit"]:
            return False
        return self.module.run_command(["systemctl", "is-failed", "--quiet", self.wanted["unit"]])[0] == 0

    def last_words(self, printed=""):
        """The last lines of the unit's log; of what a command printed where there is no unit."""
        count = self.wanted["log_lines"]
        if self.wanted["unit"]:
            argv = ["journalctl", "--unit", self.wanted["unit"], "--lines", str(count), "--output", "cat", "--no-pager"]
            printed += self.module.run_command(argv)[1]
        return [line for line in printed.splitlines() if line.strip()][-count:]


def unpack(archive, directory):
    """Unpacks a tar or zip file; any other file is put there as it is. Nothing gets out of the directory."""
    directory = os.path.realpath(directory)
    if tarfile.is_tarfile(archive):
        with tarfile.open(archive) as tar:
            # Python's own filter, where it has one, would refuse less and change more.
            tar.extraction_filter = lambda member, path: member
            for member in tar:
                refuse_outside(member.name)
                if not (member.isfile() or member.isdir() or member.issym() or member.islnk()):
                    raise Failure("%s is neither a file, a directory nor a link" % member.name)
                if member.issym():
                    refuse_outside(os.path.join(os.path.dirname(member.name), member.linkname))
                if member.islnk():
                    refuse_outside(member.linkname)
                member.uid = member.gid = 0
                member.uname = member.gname = "root"
                member.mode = (member.mode | (0o755 if member.isdir() else 0o644)) & 0o755
                # A link on the way would lead out of the directory later.
                if os.path.commonpath([directory, os.path.realpath(os.path.join(directory, member.name))]) != directory:
                    raise Failure("%s leads out of the release" % member.name)
                tar.extract(member, directory)
    elif zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as file:
            for member in file.infolist():
                refuse_outside(member.filename)
                path = file.extract(member, directory)
                mode = member.external_attr >> 16
                os.chmod(path, 0o755 if member.is_dir() or mode & 0o100 else 0o644)
    else:
        path = os.path.join(directory, os.path.basename(archive).split(".", 1)[1])
        shutil.copyfile(archive, path)
        os.chmod(path, 0o755)


def refuse_outside(path):
    if os.path.isabs(path) or os.path.normpath(path).split(os.sep)[0] == "..":
        raise Failure("%s leads out of the release" % path)


def quoted(name, value):
    """A value as systemd, a shell and the readers of .env files all read it."""
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    if "\n" in text or "\r" in text:
        raise Failure("the value of %s has a line break" % name)
    if "'" not in text and "\\" not in text:
        return "'%s'" % text
    if not any(sign in text for sign in '"\\$`'):
        return '"%s"' % text
    raise Failure("the value of %s has a sign that readers of .env files do not agree on (\\, or ' together with \", $ or `)" % name)


def write(path, text, mode):
    """Writes a file that is there whole, or not at all."""
    partial = path + ".new"
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def give(path, owner):
    os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
    if os.path.isdir(path) and not os.path.islink(path):
        for name in os.listdir(path):
            give(os.path.join(path, name), owner)


def reason_of(error):
    return getattr(error, "reason", None) or str(error)


def main():
    module = AnsibleModule(
        argument_spec={
            "root": {"type": "path", "required": True},
            "state": {"type": "str", "choices": ["fetched", "present", "restored"], "default": "present"},
            "id": {"type": "str", "default": ""},
            "archive": {"type": "path", "default": ""},
            "sha256": {"type": "str", "default": ""},
            "version": {"type": "str", "default": ""},
            "commit": {"type": "str", "default": ""},
            # Ansible logs the arguments of its modules in the host's journal; this one must not be there.
            "environment": {"type": "dict", "default": {}, "no_log": True},
            "shared": {"type": "list", "elements": "str", "default": []},
            "owner": {"type": "str", "default": "root"},
            "prepare": {"type": "list", "elements": "str", "default": []},
            "keep": {"type": "int", "default": 5},
            "replace": {"type": "bool", "default": False},
            "unit": {"type": "str", "default": ""},
            "restart": {"type": "list", "elements": "str", "default": []},
            "health_port": {"type": "int", "required": True},
            "health_path": {"type": "str", "default": "/"},
            "health_status": {"type": "list", "elements": "int", "default": []},
            "health_timeout": {"type": "int", "default": 120},
            "health_interval": {"type": "float", "default": 1.0},
            "log_lines": {"type": "int", "default": 20},
        },
        supports_check_mode=True,
    )
    # Released when the process ends, in any way.
    lock = os.open(LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        application = Application(module)
        getattr(application, module.params["state"])()
    except (Failure, OSError) as error:
        module.fail_json(msg=reason_of(error))


if __name__ == "__main__":
    main()
