"""Run Command of Systems Manager: commands run as root inside of the hosts."""

import subprocess

from ministack.services import ec2

from ec2_local import hosts, instances


def is_managed(instance_id):
    """By AWS documentation the agent answers where the instance has a profile, once it has started."""
    instance = ec2._instances.get(instance_id)
    return bool(instance and instance.get("IamInstanceProfile") and instances.status_of(instance) == "ok")


def run_blocking(instance_id, argv):
    """Exit code, stdout and stderr of a command."""
    host = hosts.host_of(instance_id)
    if host is None:
        return 255, "", "the instance is gone"
    done = subprocess.run(["docker", "exec", host.container, *argv], capture_output=True)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
