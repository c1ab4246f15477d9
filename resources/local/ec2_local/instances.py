"""The actions of instances, with AWS's states, refusals and answers."""

import base64
import re
import socket

from ministack.services import ec2

from ec2_local import hosts, launch, states
from ec2_local.answers import Refused, dry_run, is_true
from ec2_local.filters import INSTANCE_FILTERS, matches_instance, refuse_unknown
from ec2_local.named import instances_of

BANNER_SECONDS = 0.2


def in_state(p, allowed, verb):
    """The instances that a call names, all of them in a state that allows it. Raises Refused, also for a dry run."""
    instances = instances_of(p)
    for one in instances:
        if states.state_of(one) not in allowed:
            raise Refused("IncorrectInstanceState",
                          f"The instance '{one['InstanceId']}' is not in a state from which it can be {verb}.")
    dry_run(p)
    return instances


def move(answer, instances, moving, to, work, *args, reason=None):
    """Moves instances to another state and begins the work on them; those that are there already stay."""
    items = ""
    for one in instances:
        before = dict(one["State"])
        if before["Name"] in moving:
            states.set_state(one, to, reason, f"User initiated ({ec2._now_ts()})")
            launch.show_public(one)
            states.in_background(hosts.host_of(one["InstanceId"]), work, *args)
        items += (f"<item><instanceId>{one['InstanceId']}</instanceId>"
                  f"<currentState>{state_xml(one['State'])}</currentState>"
                  f"<previousState>{state_xml(before)}</previousState></item>")
    return ec2._xml(200, f"{answer}Response", f"<instancesSet>{items}</instancesSet>")


def state_xml(state):
    return f"<code>{state['Code']}</code><name>{state['Name']}</name>"


def stop_instances(p):
    instances = in_state(p, {"running", "stopping", "stopped"}, "stopped")
    force = is_true(p, "Force")
    return move("StopInstances", instances, {"running"}, "stopping", states.stop, force, reason=states.BY_USER)


def start_instances(p):
    instances = in_state(p, {"pending", "running", "stopped"}, "started")
    for one in instances:
        if states.state_of(one) == "stopped":
            one["LaunchTime"] = ec2._now_ts()
    return move("StartInstances", instances, {"stopped"}, "pending", states.start)


def terminate_instances(p):
    for one in instances_of(p):
        if one.get("_protected"):
            raise Refused("OperationNotPermitted",
                          f"The instance '{one['InstanceId']}' may not be terminated. Modify its "
                          "'disableApiTermination' instance attribute and try again.")
    instances = in_state(p, set(states.CODES), "terminated")
    return end_instances(instances)


def end_instances(instances):
    moving = set(states.CODES) - {"shutting-down", "terminated"}
    return move("TerminateInstances", instances, moving, "shutting-down", states.terminate, reason=states.BY_USER)


def reboot_instances(p):
    for one in in_state(p, {"running"}, "rebooted"):
        states.in_background(hosts.host_of(one["InstanceId"]), states.reboot)
    return ec2._xml(200, "RebootInstancesResponse", "<return>true</return>")


def describe_instances(p):
    refuse_unknown(ec2._parse_filters(p), INSTANCE_FILTERS)
    dry_run(p)
    for one in ec2._instances.values():
        launch.show_public(one)
    return emulator_describe(p)


emulator_describe = ec2._describe_instances


def describe_instance_status(p):
    filters = ec2._parse_filters(p)
    statuses = {name: filters.pop(name) for name in ("instance-status.status", "system-status.status") if name in filters}
    refuse_unknown(filters, INSTANCE_FILTERS)
    named = instances_of(p) if ec2._parse_member_list(p, "InstanceId") else list(ec2._instances.values())
    dry_run(p)
    items = ""
    for one in named:
        state, status = states.state_of(one), status_of(one)
        shown = state == "running" or is_true(p, "IncludeAllInstances")
        if shown and matches_instance(one, filters) and all(status in wanted for wanted in statuses.values()):
            detail = {"ok": "passed", "initializing": "initializing"}.get(status)
            details = f"<details><item><name>reachability</name><status>{detail}</status></item></details>" if detail else ""
            items += (f"<item><instanceId>{one['InstanceId']}</instanceId>"
                      f"<availabilityZone>{one['Placement']['AvailabilityZone']}</availabilityZone>"
                      f"<instanceState>{state_xml(one['State'])}</instanceState>"
                      f"<systemStatus><status>{status}</status>{details}</systemStatus>"
                      f"<instanceStatus><status>{status}</status>{details}</instanceStatus></item>")
    return ec2._xml(200, "DescribeInstanceStatusResponse", f"<instanceStatusSet>{items}</instanceStatusSet>")


def status_of(instance):
    """Initializing until its sshd has answered once since it started."""
    host = hosts.host_of(instance["InstanceId"])
    if states.state_of(instance) != "running" or host is None:
        return "not-applicable"
    if not host.answered:
        try:
            with socket.create_connection((host.address, 22), timeout=BANNER_SECONDS) as connection:
                host.answered = connection.recv(4) == b"SSH-"
        except OSError:
            pass
    return "ok" if host.answered else "initializing"


def get_console_output(p):
    (instance,) = instances_of(p)
    dry_run(p)
    host = hosts.host_of(instance["InstanceId"])
    text = instance.get("_console", "") if host is None else host.console()
    output = base64.b64encode(text.encode("utf-8", "replace")).decode()
    return ec2._xml(200, "GetConsoleOutputResponse",
                    f"<instanceId>{instance['InstanceId']}</instanceId><timestamp>{ec2._now_ts()}</timestamp>"
                    f"<output>{output}</output>")


def instance_xml(render):
    """Adds what the emulator leaves out, and leaves out what an instance has not."""

    def with_all(instance):
        text = re.sub(r"<(keyName|dnsName|ipAddress)></\1>", "", render(instance))
        reason = instance.get("StateReason")
        more = "<ebsOptimized>false</ebsOptimized>"
        if reason:
            more += (f"<reason>{ec2._esc(reason['Message'])}</reason><stateReason><code>{ec2._esc(reason['Code'])}</code>"
                     f"<message>{ec2._esc(reason['Message'])}</message></stateReason>")
        if instance.get("ClientToken"):
            more += f"<clientToken>{ec2._esc(instance['ClientToken'])}</clientToken>"
        options = metadata_options(instance)
        more += "<metadataOptions><state>applied</state>" + "".join(
            f"<{name[0].lower()}{name[1:]}>{value}</{name[0].lower()}{name[1:]}>" for name, value in options.items()
        ) + "</metadataOptions>"
        return text.removesuffix("</item>") + more + "</item>"

    return with_all


def metadata_options(instance):
    return {"HttpTokens": "optional", "HttpPutResponseHopLimit": 1, "HttpEndpoint": "enabled",
            "InstanceMetadataTags": "disabled", **instance.get("MetadataOptions", {})}
