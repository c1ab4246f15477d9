"""What cloud-init does on an instance of AWS, as far as the local EC2 knows it. Runs inside of the host.

`init`, before sshd: metadata service; at the first boot also the default user with its key, files, early commands.
`final`, after sshd: at the first boot host keys on the console, then user data. Output is kept where cloud-init keeps it.
"""

import base64
import contextlib
import glob
import json
import os
import pwd
import shutil
import subprocess
import sys
import threading

PLAN = "/var/lib/cloud/seed/local/plan.json"
LOG = "/var/log/cloud-init-output.log"
RESULT = "/run/cloud-init/result.json"
METADATA = "169.254.169.254"


def main(stage):
    with open(PLAN) as file:
        plan = json.load(file)
    folder = f"/var/lib/cloud/instances/{plan['id']}"
    os.makedirs(f"{folder}/scripts", exist_ok=True)
    os.makedirs("/run/cloud-init", exist_ok=True)
    done = f"{folder}/sem/{stage}"
    if stage == "init":
        # See reboot-mark.service.
        with contextlib.suppress(FileNotFoundError):
            os.remove("/var/lib/cloud/reboot")
        reach_metadata(plan["metadata"])
    if not os.path.exists(done):
        os.makedirs(os.path.dirname(done), exist_ok=True)
        # Before the work: what a reboot cut short is not done again, as by cloud-init.
        open(done, "w").close()
        errors = first_init(plan, folder) if stage == "init" else first_final(plan, folder)
        with open(f"{folder}/{stage}-errors.json", "w") as file:
            json.dump(errors, file)
    if stage == "final":
        conclude(folder)


def reach_metadata(address):
    """The service listens at this machine; what this host and its containers send to the well-known address goes there."""
    for chain in ("OUTPUT", "PREROUTING"):
        rule = [chain, "-d", METADATA, "-p", "tcp", "--dport", "80", "-j", "DNAT", "--to-destination", address]
        if subprocess.run(["iptables", "-w", "-t", "nat", "-C", *rule], stderr=subprocess.DEVNULL).returncode == 0:
            continue
        if subprocess.run(["iptables", "-w", "-t", "nat", "-A", *rule]).returncode != 0:
            say("cloud-init: the metadata service cannot be reached from here")


def first_init(plan, folder):
    # A key that came with the image would be that of the host it was made of.
    for key in glob.glob("/etc/ssh/ssh_host_*"):
        os.remove(key)
    with open("/etc/environment", "a") as file:
        file.write("".join(f'{name}="{value}"\n' for name, value in plan["environment"].items()))
    for note in plan["notes"]:
        say(f"cloud-init: {note}")
    make_user(plan["user"], plan["keys"])
    return run_steps("early", plan, folder)


def make_user(name, keys):
    try:
        pwd.getpwnam(name)
    except KeyError:
        subprocess.run(["useradd", "--create-home", "--shell", "/bin/bash", name], check=True)
    with open("/etc/sudoers.d/90-cloud-init-users", "w") as file:
        file.write(f"{name} ALL=(ALL) NOPASSWD:ALL\n")
    os.chmod("/etc/sudoers.d/90-cloud-init-users", 0o440)
    user = pwd.getpwnam(name)
    folder = f"{user.pw_dir}/.ssh"
    os.makedirs(folder, mode=0o700, exist_ok=True)
    with open(f"{folder}/authorized_keys", "w") as file:
        file.write("".join(f"{key.strip()}\n" for key in keys))
    for path in (folder, f"{folder}/authorized_keys"):
        os.chown(path, user.pw_uid, user.pw_gid)
    os.chmod(f"{folder}/authorized_keys", 0o600)


def first_final(plan, folder):
    keys = []
    for path in sorted(glob.glob("/etc/ssh/ssh_host_*_key.pub")):
        with open(path) as file:
            keys.append(file.read().strip())
    # One write: no other line comes in between.
    say("\n".join(["-----BEGIN SSH HOST KEY KEYS-----", *keys, "-----END SSH HOST KEY KEYS-----"]))
    return run_steps("late", plan, folder)


def run_steps(when, plan, folder):
    errors = []
    for number, step in enumerate(plan[when], 1):
        try:
            if "file" in step:
                write_file(step)
            else:
                run_script(step["script"], f"{folder}/scripts/{when}-{number:03}", plan["environment"])
        except (OSError, LookupError, ValueError, subprocess.SubprocessError) as error:
            errors.append(str(error))
            say(f"cloud-init: failed: {error}")
    return errors


def write_file(step):
    os.makedirs(os.path.dirname(step["file"]) or "/", exist_ok=True)
    with open(step["file"], "ab" if step["append"] else "wb") as file:
        file.write(base64.b64decode(step["content"]))
    os.chmod(step["file"], int(step["mode"], 8))
    user, _, group = step["owner"].partition(":")
    shutil.chown(step["file"], user or None, group or None)


def run_script(text, path, environment):
    with open(path, "w", errors="surrogateescape") as file:
        file.write(text)
    os.chmod(path, 0o700)
    ended = threading.Event()
    with open(LOG, "ab") as log:
        begin = log.tell()
        copier = threading.Thread(target=copy_to_console, args=(begin, ended))
        copier.start()
        try:
            # Into the file, not through a pipe: a service that a script leaves behind would keep a pipe open.
            subprocess.run([path], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", check=True,
                           env={**os.environ, "HOME": "/root", **environment})
        finally:
            ended.set()
            copier.join()


def copy_to_console(begin, ended):
    with open(LOG, "rb") as log:
        log.seek(begin)
        while True:
            over = ended.wait(0.2)
            to_console(log.read())
            if over:
                return


def say(text):
    with open(LOG, "a") as log:
        log.write(f"{text}\n")
    to_console(f"{text}\n".encode())


def to_console(data):
    if not data:
        return
    try:
        with open("/dev/console", "wb", buffering=0) as console:
            console.write(data)
    except OSError:
        pass


def conclude(folder):
    """What `cloud-init status` answers from, and the file that scripts wait for."""
    errors = []
    for stage in ("init", "final"):
        try:
            with open(f"{folder}/{stage}-errors.json") as file:
                errors += json.load(file)
        except (OSError, ValueError):
            errors.append(f"the stage {stage} was cut short")
    with open(f"{RESULT}.new", "w") as file:
        json.dump({"v1": {"datasource": "DataSourceEc2Local", "errors": errors}}, file)
    os.replace(f"{RESULT}.new", RESULT)
    link = "/var/lib/cloud/instance"
    # In an image of another instance it leads to that one's.
    if os.path.islink(link):
        os.remove(link)
    os.symlink(folder, link)
    open(f"{folder}/boot-finished", "w").close()
    say(f"cloud-init: finished{f' with {len(errors)} errors' if errors else ''}")


if __name__ == "__main__":
    main(sys.argv[1])
