"""Instance refreshes: a group's instances are replaced some at a time, with checkpoints, as AWS does."""

import math
import time

from ministack.services import alb, autoscaling, ec2

from ec2_local import scaling, targets

OVER = {"Successful", "Failed", "Cancelled", "RollbackSuccessful", "RollbackFailed"}


def start_instance_refresh(p):
    group, error = group_of(p)
    if error:
        return error
    if active(group):
        return autoscaling._error("InstanceRefreshInProgress", "An Instance Refresh is already in progress and blocks "
                                  "the execution of this Instance Refresh.")
    wanted = autoscaling._p(p, "DesiredConfiguration.LaunchTemplate.LaunchTemplateId") or autoscaling._p(
        p, "DesiredConfiguration.LaunchTemplate.LaunchTemplateName")
    desired = {}
    if wanted:
        version = autoscaling._p(p, "DesiredConfiguration.LaunchTemplate.Version") or "$Default"
        desired = {"LaunchTemplateId": wanted, "LaunchTemplateName": wanted, "Version": version}
        _, record, missing = ec2._resolve_launch_template_data(scaling.template_key(desired))
        if missing is not None:
            return autoscaling._error("ValidationError", f"The specified launch template, {wanted}, does not exist.")
        desired |= {"LaunchTemplateId": record["LaunchTemplateId"], "LaunchTemplateName": record["LaunchTemplateName"]}
        group["_refreshing"] = desired
    now = scaling.template_of(group)
    skip = autoscaling._p(p, "Preferences.SkipMatching") == "true"
    old = [one["InstanceId"] for one in group["Instances"] if not (skip and one["LaunchTemplate"] == now)]
    refresh = {
        "InstanceRefreshId": autoscaling.new_uuid(),
        "AutoScalingGroupName": group["AutoScalingGroupName"],
        "Status": "Pending",
        "StatusReason": "",
        "StartTime": autoscaling.now_iso(),
        "PercentageComplete": 0,
        "InstancesToUpdate": len(old),
        **({"DesiredConfiguration": {"LaunchTemplate": desired}} if desired else {}),
        "_old": old,
        "_all": len(old),
        "_healthy": int(autoscaling._p(p, "Preferences.MinHealthyPercentage") or 90),
        "_most": int(autoscaling._p(p, "Preferences.MaxHealthyPercentage") or 100),
        "_checkpoints": [int(one) for one in autoscaling._parse_member_list(p, "Preferences.CheckpointPercentages")],
        "_delay": int(autoscaling._p(p, "Preferences.CheckpointDelay") or 3600),
        "_wait_until": 0,
    }
    group.setdefault("InstanceRefreshes", []).insert(0, refresh)
    return autoscaling._xml(200, "StartInstanceRefreshResponse", "<StartInstanceRefreshResult><InstanceRefreshId>"
                            f"{refresh['InstanceRefreshId']}</InstanceRefreshId></StartInstanceRefreshResult>")


def cancel_instance_refresh(p):
    group, error = group_of(p)
    if error:
        return error
    refresh = active(group)
    if refresh is None:
        return autoscaling._error("ActiveInstanceRefreshNotFound", "No in progress or pending Instance Refresh found for "
                                  f"Auto Scaling group {group['AutoScalingGroupName']}")
    refresh |= {"Status": "Cancelling", "StatusReason": "Cancelled by the user."}
    return autoscaling._xml(200, "CancelInstanceRefreshResponse", "<CancelInstanceRefreshResult><InstanceRefreshId>"
                            f"{refresh['InstanceRefreshId']}</InstanceRefreshId></CancelInstanceRefreshResult>")


def describe_instance_refreshes(p):
    group, error = group_of(p)
    if error:
        return error
    wanted = autoscaling._parse_member_list(p, "InstanceRefreshIds")
    members = ""
    for one in group.get("InstanceRefreshes", []):
        if not wanted or one["InstanceRefreshId"] in wanted:
            shown = {name: value for name, value in one.items() if not name.startswith("_")}
            members += f"<member>{autoscaling._member_xml(shown)}</member>"
    return autoscaling._xml(200, "DescribeInstanceRefreshesResponse", "<DescribeInstanceRefreshesResult><InstanceRefreshes>"
                            f"{members}</InstanceRefreshes></DescribeInstanceRefreshesResult>")


def group_of(p):
    name = autoscaling._p(p, "AutoScalingGroupName")
    group = autoscaling._asgs.get(name)
    missing = f"AutoScalingGroup name not found - no such group: {name}"
    return group, None if group else autoscaling._error("ValidationError", missing)


def active(group):
    return next((one for one in group.get("InstanceRefreshes", []) if one["Status"] not in OVER), None)


def advance(group, is_healthy):
    """One step: where all that are to serve do, the next old instances go, or new ones come first."""
    refresh = active(group)
    if refresh is None:
        return
    if refresh["Status"] == "Cancelling":
        conclude(group, refresh, "Cancelled")
        return
    present = {one["InstanceId"]: one for one in group["Instances"]}
    old = [one for one in refresh["_old"] if one in present]
    serving = [one for one in group["Instances"] if serves(group, one, is_healthy)]
    refresh["InstancesToUpdate"] = len(old)
    refresh["Status"] = "InProgress"
    # An old one that serves nobody is only replaced: nothing waits for it.
    good = {*old, *(one["InstanceId"] for one in serving)}
    if len(present) < scaling.size_of(group) or any(one not in good for one in present):
        refresh["StatusReason"] = "Waiting for instances to come into service."
        return
    while group.get("_surge", 0) > 0 and old:
        group["_surge"] -= 1
        scaling.remove(group, present[old.pop(0)], "an instance refresh")
    replaced = refresh["_all"] - len(old)
    refresh["PercentageComplete"] = 100 * replaced // max(1, refresh["_all"])
    passed = [one for one in refresh["_checkpoints"] if one <= refresh["PercentageComplete"]]
    if passed:
        refresh["_checkpoints"] = refresh["_checkpoints"][len(passed):]
        refresh["_wait_until"] = time.time() + refresh["_delay"]
    if time.time() < refresh["_wait_until"]:
        refresh["StatusReason"] = "Waiting for the checkpoint delay."
        return
    if not old:
        group["LaunchTemplate"] = group.get("_refreshing") or group.get("LaunchTemplate")
        conclude(group, refresh, "Successful")
        return
    refresh["StatusReason"] = ""
    due = math.ceil(refresh["_all"] * (refresh["_checkpoints"] or [100])[0] / 100)
    step = min(len(old), max(1, due - replaced))
    room = math.floor(group["DesiredCapacity"] * refresh["_most"] / 100) - len(present)
    if room > 0:
        group["_surge"] = min(step, room)
        return
    # By AWS documentation at least one is replaced at a time, whatever the percentage says.
    must_serve = math.ceil(group["DesiredCapacity"] * refresh["_healthy"] / 100)
    for one in old[:min(step, max(1, len(serving) - must_serve))]:
        scaling.remove(group, present[one], "an instance refresh")


def conclude(group, refresh, status):
    """What was launched stays; from now on the group launches from its own template again."""
    group.pop("_refreshing", None)
    group["_surge"] = 0
    refresh |= {"Status": status, "EndTime": autoscaling.now_iso()}
    if status == "Successful":
        refresh |= {"StatusReason": "", "PercentageComplete": 100}


def serves(group, member, is_healthy):
    """In service; where the group asks load balancers, healthy there too."""
    if member["LifecycleState"] != "InService":
        return False
    if group["HealthCheckType"] != "ELB":
        return True
    groups = [arn for arn in group.get("TargetGroupARNs", []) if arn in alb._tgs]
    return all(targets.passes(arn, member["InstanceId"], is_healthy) for arn in groups)
