"""The containers behind instances: one each, with systemd and sshd, at the instance's own address."""

import contextvars
import io
import ipaddress
import json
import logging
import os
import subprocess
import tarfile
import threading
import time

from ec2_local.settings import SETTINGS

logger = logging.getLogger("ec2.hosts")

LABEL = "automation-stack.local"
INSTANCE_LABEL = f"{LABEL}.instance"
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "host")
# Where the files of FOLDER stand in a host, with their modes.
FILES = {
    "boot.py": ("usr/local/lib/local-ec2/boot.py", 0o644),
    "cloud-init": ("usr/local/bin/cloud-init", 0o755),
    "cloud-init.service": ("etc/systemd/system/cloud-init.service", 0o644),
    "cloud-final.service": ("etc/systemd/system/cloud-final.service", 0o644),
    "reboot-mark.service": ("etc/systemd/system/reboot-mark.service", 0o644),
    "00-instance.conf": ("etc/ssh/sshd_config.d/00-instance.conf", 0o644),
}
# Units that are enabled, by the target that wants them.
UNITS = {
    "cloud-init.service": "multi-user.target",
    "cloud-final.service": "multi-user.target",
    "reboot-mark.service": "reboot.target",
}
# Folders that the image has not.
FOLDERS = ("usr/local/lib/local-ec2", "var/lib/cloud", "var/lib/cloud/seed", "var/lib/cloud/seed/local",
           "etc/systemd/system/reboot.target.wants")
REBOOT_MARK = "/var/lib/cloud/reboot"
CONSOLE_BYTES = 64 * 1024


class HostFailed(Exception):
    """The engine did not do what was asked; the message is its last line."""


def docker(*args, data=None):
    """Runs a command of the engine's client. Returns its output, raises HostFailed."""
    done = subprocess.run(["docker", *args], input=data, capture_output=True)
    if done.returncode != 0:
        raise HostFailed((done.stderr or done.stdout).decode("utf-8", "replace").strip()[-500:])
    return done.stdout.decode("utf-8", "replace")


class Host:
    """The machine of one instance. Its work is done in order, by threads of the emulator."""

    def __init__(self, instance, address):
        self.instance, self.address = instance, address
        self.container = f"{SETTINGS.name}-{instance['InstanceId']}"
        self.volume = f"{self.container}-docker"
        # Account and region of the call that made it, for work outside of any call.
        self.context = contextvars.copy_context()
        self.lock = threading.Lock()
        self.started_at = time.time()
        self.answered = False

    def create(self, image, plan):
        name = f"ip-{self.address.replace('.', '-')}"
        docker(
            "create", "--name", self.container, "--hostname", name, "--tty",
            "--label", f"{LABEL}={SETTINGS.name}", "--label", f"{INSTANCE_LABEL}={self.instance['InstanceId']}",
            "--network", SETTINGS.name, "--ip", self.address, *SETTINGS.arguments,
            # Without a volume an engine inside uses vfs, which copies every layer.
            "--mount", f"type=volume,source={self.volume},target=/var/lib/docker,volume-label={LABEL}={SETTINGS.name},"
            f"volume-label={INSTANCE_LABEL}={self.instance['InstanceId']}",
            image,
        )
        docker("cp", "-", f"{self.container}:/", data=archive(plan))

    def start(self):
        self.started_at, self.answered = time.time(), False
        docker("start", self.container)

    def stop(self, force=False):
        docker(*(["kill"] if force else ["stop", "--time", "20"]), self.container)

    def reboot(self):
        docker("restart", "--time", "20", self.container)
        self.started_at, self.answered = time.time(), False

    def wants_reboot(self):
        """Whether the guest left the mark of a reboot: its container ends the same way after a poweroff."""
        try:
            docker("cp", f"{self.container}:{REBOOT_MARK}", "-")
        except HostFailed:
            return False
        return True

    def remove(self):
        docker("rm", "--force", "--volumes", self.container)
        docker("volume", "rm", "--force", self.volume)

    def console(self):
        """The last 64 KiB that it printed, as AWS keeps them; empty where there is nothing."""
        try:
            return docker("logs", self.container)[-CONSOLE_BYTES:]
        except HostFailed:
            return ""


def archive(plan):
    """The files that make a host of the image this instance."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:

        def add(path, data, mode):
            info = tarfile.TarInfo(path)
            info.size, info.mode, info.mtime = len(data), mode, int(time.time())
            tar.addfile(info, io.BytesIO(data))

        for path in FOLDERS:
            folder = tarfile.TarInfo(path)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(folder)
        for name, (path, mode) in FILES.items():
            with open(os.path.join(FOLDER, name), "rb") as file:
                add(path, file.read(), mode)
        for unit, target in UNITS.items():
            link = tarfile.TarInfo(f"etc/systemd/system/{target}.wants/{unit}")
            link.type, link.linkname = tarfile.SYMTYPE, f"/etc/systemd/system/{unit}"
            tar.addfile(link)
        add("var/lib/cloud/seed/local/plan.json", json.dumps(plan).encode(), 0o600)
    return stream.getvalue()


# Hosts by the id of their instance; an address is taken until its host is removed.
_hosts = {}
_lock = threading.Lock()


def take_address(instance):
    """A host with the lowest free address; None where there is none."""
    with _lock:
        taken = {host.address for host in _hosts.values()}
        first, last = (int(ipaddress.ip_address(one)) for one in (SETTINGS.first, SETTINGS.last))
        for number in range(first, last + 1):
            address = str(ipaddress.ip_address(number))
            if address not in taken:
                _hosts[instance["InstanceId"]] = Host(instance, address)
                return _hosts[instance["InstanceId"]]
    return None


def free_addresses():
    first, last = (int(ipaddress.ip_address(one)) for one in (SETTINGS.first, SETTINGS.last))
    with _lock:
        return last - first + 1 - len(_hosts)


def host_of(instance_id):
    with _lock:
        return _hosts.get(instance_id)


def host_at(address):
    with _lock:
        return next((host for host in _hosts.values() if host.address == address), None)


def all_hosts():
    with _lock:
        return list(_hosts.values())


def forget(host):
    with _lock:
        _hosts.pop(host.instance["InstanceId"], None)


def sweep():
    """Removes what an emulator before this one left: its records are gone, so nobody would stop these."""
    with _lock:
        _hosts.clear()
    filters = ["--filter", f"label={LABEL}={SETTINGS.name}", "--filter", f"label={INSTANCE_LABEL}"]
    try:
        containers = docker("ps", "--all", "--quiet", *filters).split()
        if containers:
            docker("rm", "--force", "--volumes", *containers)
        volumes = docker("volume", "ls", "--quiet", *filters).split()
        if volumes:
            docker("volume", "rm", "--force", *volumes)
        images = docker("images", "--quiet", "--filter", f"reference={SETTINGS.name}-ami").split()
        if images:
            docker("rmi", "--force", *images)
    except (HostFailed, OSError) as error:
        logger.warning("could not remove old hosts: %s", error)
