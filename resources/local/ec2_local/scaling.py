"""Autoscaling groups whose instances are instances: launched from the group's template, replaced, registered.

A thread tends every group once a second (see scaling_actions.py), as AWS does more slowly: instances that are gone are
replaced, those that run come into service and behind the group's target groups.
"""

import threading

from ministack.services import alb, autoscaling, ec2

from ec2_local import instances, launch, states
from ec2_local.answers import Refused

lock = threading.RLock()
GONE = {"stopping", "stopped", "shutting-down", "terminated"}


def reconcile(group):
    """Launches what is missing, terminates what is too much."""
    with lock:
        members = group["Instances"]
        # What is older than the group's template goes first, then the oldest.
        surplus = [one for one in members if not one["ProtectedFromScaleIn"]]
        surplus.sort(key=lambda one: one["LaunchTemplate"] == template_of(group))
        while len(members) > size_of(group) and surplus:
            remove(group, surplus.pop(0), "a difference between desired and actual capacity shrinking the capacity")
        while len(members) < size_of(group):
            if not add(group):
                return


def size_of(group):
    """How many instances the group wants now: while it is refreshed, new ones may come before the old ones go."""
    return group["DesiredCapacity"] + group.get("_surge", 0)


def launched_from(group):
    """The template of a launch now: while the group is refreshed, that which it is to have."""
    return group.get("_refreshing") or group.get("LaunchTemplate")


def add(group):
    """Launches one instance. Returns whether it could."""
    zones = subnets_of(group)
    subnet = min(zones, key=lambda one: sum(member["_subnet"] == one for member in group["Instances"]))
    activity = begin(group, "Launching a new EC2 instance")
    try:
        (instance,) = launch.launch(checked(wanted_of(group, subnet)), 1)
    except Refused as refused:
        conclude(activity, "Failed", f"{refused.message} Launching EC2 instance failed.")
        return False
    activity["Description"] += f": {instance['InstanceId']}"
    conclude(activity, "Successful")
    group["Instances"].append({
        "InstanceId": instance["InstanceId"],
        "LifecycleState": "Pending",
        "HealthStatus": "Healthy",
        "AvailabilityZone": instance["Placement"]["AvailabilityZone"],
        "ProtectedFromScaleIn": group["NewInstancesProtectedFromScaleIn"],
        "LaunchTemplate": template_of(group),
        "LaunchConfigurationName": group.get("LaunchConfigurationName", ""),
        "_subnet": subnet,
    })
    return True


def checked(wanted):
    launch.check(wanted)
    return wanted


def wanted_of(group, subnet):
    """What the group's template or launch configuration asks for, in one of the group's subnets. Raises Refused."""
    tags = {tag["Key"]: tag["Value"] for tag in group["Tags"] if tag["PropagateAtLaunch"]}
    tags["aws:autoscaling:groupName"] = group["AutoScalingGroupName"]
    template = launched_from(group)
    if template:
        data = launch.template_data(template_key(template))
        interfaces = [{**one, "SubnetId": subnet} for one in data.get("NetworkInterfaces") or []]
        return launch.wanted_from({**data, "NetworkInterfaces": interfaces, "SubnetId": subnet,
                                   "Tags": {**launch.tags_in(data), **tags}})
    configuration = autoscaling._launch_configs.get(group.get("LaunchConfigurationName", ""))
    if configuration is None:
        raise Refused("ValidationError", "The group has neither a launch template nor a launch configuration.")
    data = {name: configuration[name] for name in ("ImageId", "InstanceType", "KeyName", "UserData")}
    return launch.wanted_from({**data, "SecurityGroupIds": configuration["SecurityGroups"], "SubnetId": subnet, "Tags": tags})


def template_key(template):
    """The emulator keeps a name where an id belongs."""
    given = template["LaunchTemplateId"]
    named = {"LaunchTemplateId": given} if given.startswith("lt-") else {"LaunchTemplateName": given}
    return {**named, "Version": template.get("Version") or "$Default"}


def template_of(group):
    """The template with the number of the version that a launch takes now."""
    template = launched_from(group)
    if not template:
        return {}
    _, record, _ = ec2._resolve_launch_template_data(template_key(template))
    if record is None:
        return template
    numbers = {"$Default": record["DefaultVersionNumber"], "$Latest": record["LatestVersionNumber"]}
    version = numbers.get(template.get("Version") or "$Default", template.get("Version"))
    return {"LaunchTemplateId": record["LaunchTemplateId"], "LaunchTemplateName": record["LaunchTemplateName"],
            "Version": str(version)}


def subnets_of(group):
    given = [one.strip() for one in group["VPCZoneIdentifier"].split(",") if one.strip()]
    return given or [launch.default_subnet(zone) for zone in group["AvailabilityZones"]]


def remove(group, member, cause, terminate=True):
    """Takes an instance out of the group and its target groups, and terminates it."""
    group["Instances"].remove(member)
    for arn in group.get("TargetGroupARNs", []):
        withdraw(arn, member["InstanceId"])
    if not terminate:
        return
    activity = begin(group, f"Terminating EC2 instance: {member['InstanceId']}", cause)
    instance = ec2._instances.get(member["InstanceId"])
    if instance is not None:
        instances.end_instances([instance])
    conclude(activity, "Successful")


def tend(group):
    """One look at a group: who is gone is replaced, who runs comes into service."""
    for member in list(group["Instances"]):
        instance = ec2._instances.get(member["InstanceId"])
        state = states.state_of(instance) if instance else "terminated"
        if state in GONE or member["HealthStatus"] == "Unhealthy":
            if "ReplaceUnhealthy" not in group.get("_suspended", set()):
                remove(group, member, "an instance was taken out of service in response to an EC2 health check")
        elif state == "running" and member["LifecycleState"] == "Pending":
            member["LifecycleState"] = "InService"
            for arn in group.get("TargetGroupARNs", []):
                register(arn, member["InstanceId"])
    if "Launch" not in group.get("_suspended", set()):
        reconcile(group)


def register(arn, instance_id):
    targets = alb._targets.setdefault(arn, [])
    if arn in alb._tgs and all(one["Id"] != instance_id for one in targets):
        targets.append({"Id": instance_id, "Port": alb._tgs[arn]["Port"]})


def withdraw(arn, instance_id):
    alb._targets[arn] = [one for one in alb._targets.get(arn, []) if one["Id"] != instance_id]


def begin(group, description, cause="the group's desired capacity"):
    activity = {
        "ActivityId": autoscaling.new_uuid(),
        "AutoScalingGroupName": group["AutoScalingGroupName"],
        "Description": description,
        "Cause": f"At {autoscaling.now_iso()} {cause}.",
        "StartTime": autoscaling.now_iso(),
        "StatusCode": "InProgress",
        "Progress": 0,
    }
    group.setdefault("_activities", []).insert(0, activity)
    del group["_activities"][100:]
    return activity


def conclude(activity, status, message=""):
    activity.update({"StatusCode": status, "StatusMessage": message, "EndTime": autoscaling.now_iso(), "Progress": 100})
