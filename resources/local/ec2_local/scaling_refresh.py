"""Instance refreshes: a group's instances are replaced some at a time, with checkpoints, as AWS does."""

import math
import time

from ministack.services import alb, autoscaling

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
    if wanted:
        version = autoscaling._p(p, "DesiredConfiguration.LaunchTemplate.Version") or "$Default"
        group["LaunchTemplate"] = {"LaunchTemplateId": wanted, "LaunchTemplateName": wanted, "Version": version}
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
        "_old": old,
        "_all": len(old),
        "_healthy": int(autoscaling._p(p, "Preferences.MinHealthyPercentage") or 90),
        "_checkpoints": [int(one) for one in autoscaling._parse_member_list(p, "Preferences.CheckpointPercentages")],
        "_delay": int(autoscaling._p(p, "Preferences.CheckpointDelay") or 3600),
        "_wait_until": 0,
    }
    group.setdefault("InstanceRefreshes", []).insert(0, refresh)
    return autoscaling._xml(200, "StartInstanceRefreshResponse", "<StartInstanceRefreshResult><InstanceRefreshId>"
                            f"{refresh['InstanceRefreshId']}</InstanceRefreshId></StartInstanceRefreshResult>")


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
    """One step: where all that are to serve do, the next old instances go; the group launches in their place."""
    refresh = active(group)
    if refresh is None:
        return
    present = {one["InstanceId"]: one for one in group["Instances"]}
    old = [one for one in refresh["_old"] if one in present]
    serving = [one for one in group["Instances"] if serves(group, one, is_healthy)]
    done = refresh["_all"] - len(old)
    complete = len(serving) >= group["DesiredCapacity"]
    refresh["InstancesToUpdate"] = len(old)
    refresh["Status"] = "InProgress"
    if not complete:
        refresh["StatusReason"] = "Waiting for instances to come into service."
        return
    refresh["PercentageComplete"] = 100 * done // max(1, refresh["_all"])
    if not old:
        refresh |= {"Status": "Successful", "StatusReason": "", "PercentageComplete": 100,
                    "EndTime": autoscaling.now_iso()}
        return
    passed = [one for one in refresh["_checkpoints"] if one <= refresh["PercentageComplete"]]
    if passed:
        refresh["_checkpoints"] = refresh["_checkpoints"][len(passed):]
        refresh["_wait_until"] = time.time() + refresh["_delay"]
    if time.time() < refresh["_wait_until"]:
        refresh["StatusReason"] = "Waiting for the checkpoint delay."
        return
    # By AWS documentation at least one is replaced at a time, whatever the percentage says.
    must_serve = math.ceil(group["DesiredCapacity"] * refresh["_healthy"] / 100)
    at_once = max(1, len(serving) - must_serve)
    for one in old[:at_once]:
        scaling.remove(group, present[one], "an instance refresh")


def serves(group, member, is_healthy):
    """In service; where the group asks load balancers, healthy there too."""
    if member["LifecycleState"] != "InService":
        return False
    if group["HealthCheckType"] != "ELB":
        return True
    groups = [arn for arn in group.get("TargetGroupARNs", []) if arn in alb._tgs]
    return all(targets.passes(arn, member["InstanceId"], is_healthy) for arn in groups)
