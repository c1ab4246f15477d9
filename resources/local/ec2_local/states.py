"""The life of an instance: pending, running, stopping, stopped, shutting-down, terminated, as AWS has it.

A call changes the state and returns; a thread does the work on the host, and the state that follows is set when it is
done. What a guest does by itself (poweroff, reboot) is seen in the engine's events.
"""

import contextvars
import logging
import threading
import time

# Here, before there are threads: two of them that import it at once may find a deadlock, and the watch would end.
import docker
from ministack.services import alb, ec2

from ec2_local import faults, hosts

logger = logging.getLogger("ec2.states")

CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
# Why an instance is in its state, in AWS's codes.
BY_USER = "Client.UserInitiatedShutdown"
BY_GUEST = "Client.InstanceInitiatedShutdown"


def state_of(instance):
    return instance["State"]["Name"]


def set_state(instance, name, reason=None, message=None):
    instance["State"] = {"Code": CODES[name], "Name": name}
    if name == "running":
        instance.pop("StateReason", None)
    elif reason is not None:
        instance["StateReason"] = {"Code": reason, "Message": message or f"{reason}: {reason.split('.')[-1]}"}
    if name == "terminated":
        instance["_terminated_at"] = time.time()


def in_background(host, work, *args):
    """Work on a host, after what was begun on it before, as the account and region that it belongs to."""

    def run():
        with host.lock:
            try:
                host.context.copy().run(work, host, *args)
            except Exception:
                logger.exception("work on %s failed", host.container)

    threading.Thread(target=run, name=host.container, daemon=True).start()


def boot(host, image, plan):
    """The first start; an instance whose host does not start is terminated, as on AWS."""
    zone = host.instance["Placement"]["AvailabilityZone"]
    fault = faults.take("launch") or faults.take("launch", zone)
    try:
        if fault is not None:
            end(host, f"Server.{fault[0].split('.')[-1]}", f"{fault[0]}: {fault[1]}")
            return
        host.create(image, plan)
        host.start()
    except hosts.HostFailed as error:
        logger.warning("%s does not start: %s", host.container, error)
        end(host, "Server.InternalError", f"Server.InternalError: {error}")
        return
    if state_of(host.instance) == "pending":
        set_state(host.instance, "running")


def start(host):
    if state_of(host.instance) != "pending":
        return
    try:
        host.start()
        set_state(host.instance, "running")
    except hosts.HostFailed as error:
        set_state(host.instance, "stopped", "Server.InternalError", f"Server.InternalError: {error}")


def stop(host, force):
    if state_of(host.instance) != "stopping":
        return
    try:
        host.stop(force)
    except hosts.HostFailed as error:
        # A container that had ended by itself cannot be killed.
        logger.info("%s: %s", host.container, error)
    set_state(host.instance, "stopped")


def reboot(host):
    if state_of(host.instance) == "running":
        host.reboot()


def terminate(host):
    end(host, BY_USER, f"{BY_USER}: User initiated shutdown")


def end(host, reason, message):
    """Terminated: nothing is left but the record."""
    instance = host.instance
    if state_of(instance) == "terminated":
        return
    instance["_console"] = host.console()
    try:
        host.remove()
    except hosts.HostFailed as error:
        logger.info("%s: %s", host.container, error)
    for mapping in instance.get("BlockDeviceMappings", []):
        ec2._volumes.pop(mapping["Ebs"]["VolumeId"], None)
    for group, targets in alb._targets.items():
        alb._targets[group] = [target for target in targets if target["Id"] != instance["InstanceId"]]
    association = ec2._find_active_iam_instance_profile_association(instance["InstanceId"])
    if association:
        ec2._mark_iam_instance_profile_association_disassociated(association)
    set_state(instance, "terminated", reason, message)
    hosts.forget(host)


def ended_by_itself(host):
    """The guest shut down or rebooted, or somebody ended its container."""
    instance = host.instance
    if state_of(instance) != "running" or is_up(host):
        return
    if host.wants_reboot():
        host.start()
    elif instance.get("_shutdown") == "terminate":
        end(host, BY_GUEST, f"{BY_GUEST}: Instance initiated shutdown")
    else:
        set_state(instance, "stopped", BY_GUEST, f"{BY_GUEST}: Instance initiated shutdown")


def is_up(host):
    try:
        return hosts.docker("inspect", "--format", "{{.State.Running}}", host.container).strip() == "true"
    except hosts.HostFailed:
        return False


def watch():
    """Follows the engine's events for as long as the emulator runs."""
    threading.Thread(target=contextvars.copy_context().run, args=(follow,), name="ec2-events", daemon=True).start()


def follow():
    kinds = {"type": "container", "event": "die", "label": hosts.INSTANCE_LABEL}
    while True:
        try:
            # No limit of time: the stream is silent for as long as nothing ends.
            for event in docker.from_env(timeout=None).events(decode=True, filters=kinds):
                attributes = event["Actor"]["Attributes"]
                host = hosts.host_of(attributes.get(hosts.INSTANCE_LABEL, ""))
                if host is not None:
                    in_background(host, ended_by_itself)
        except Exception as error:
            logger.debug("the engine's events ended: %s", error)
        time.sleep(1)
