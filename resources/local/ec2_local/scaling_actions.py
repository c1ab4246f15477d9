"""The actions of autoscaling groups, and the thread that tends the groups."""

import asyncio
import contextvars
import functools
import logging
import threading
import time

from ministack.core.responses import set_request_account_id, set_request_region
from ministack.services import autoscaling, ec2

from ec2_local import faults, scaling, scaling_refresh
from ec2_local.answers import Refused

logger = logging.getLogger("ec2.scaling")
_p = autoscaling._p


def answering(name, handler):
    """An action under the lock of all groups, its refusals answered as AWS does."""

    @functools.wraps(handler)
    def action(p):
        fault = faults.take(name)
        try:
            if fault is not None:
                raise Refused(*fault)
            with scaling.lock:
                answer = handler(p)
            return answer or autoscaling._xml(200, f"{name}Response", f"<{name}Result/>")
        except Refused as refused:
            return autoscaling._error(refused.code, autoscaling.escape(refused.message), refused.status)

    return action


def group_of(p):
    name = _p(p, "AutoScalingGroupName")
    if name not in autoscaling._asgs:
        raise Refused("ValidationError", f"AutoScalingGroup name not found - null or no such group: {name}")
    return autoscaling._asgs[name]


def member_of(instance_id):
    """A group and one of its instances. Raises Refused."""
    for group in autoscaling._asgs.values():
        for member in group["Instances"]:
            if member["InstanceId"] == instance_id:
                return group, member
    raise Refused("ValidationError", f"Instance Id not found - No managed instance found for instance ID: {instance_id}")


def given_template(p):
    for prefix in ("LaunchTemplate", "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification"):
        name, one = _p(p, f"{prefix}.LaunchTemplateName"), _p(p, f"{prefix}.LaunchTemplateId")
        if name or one:
            template = {"LaunchTemplateId": one or name, "Version": _p(p, f"{prefix}.Version") or "$Default"}
            _, record, error = ec2._resolve_launch_template_data(scaling.template_key(template))
            if error is not None:
                raise Refused("ValidationError", "You must use a valid fully-formed launch template. "
                              f"The specified launch template, {name or one}, does not exist.")
            return {**template, "LaunchTemplateId": record["LaunchTemplateId"],
                    "LaunchTemplateName": record["LaunchTemplateName"]}
    return None


def check_sizes(group):
    desired, least, most = group["DesiredCapacity"], group["MinSize"], group["MaxSize"]
    if not least <= desired <= most:
        raise Refused("ValidationError",
                      f"Desired capacity:{desired} must be between the specified min size:{least} and max size:{most}")


def create(p):
    template = given_template(p)
    if template is None and not _p(p, "LaunchConfigurationName"):
        raise Refused("ValidationError", "Valid requests must contain either launchTemplate, launchConfigurationName, "
                      "mixedInstancesPolicy parameter.")
    answer = emulator["CreateAutoScalingGroup"](p)
    if answer[0] != 200:
        return answer
    group = group_of(p)
    group["LaunchTemplate"] = template or {}
    group["TargetGroupARNs"] = autoscaling._parse_member_list(p, "TargetGroupARNs")
    try:
        check_sizes(group)
    except Refused:
        autoscaling._asgs.pop(group["AutoScalingGroupName"])
        raise
    scaling.reconcile(group)
    return answer


def update(p):
    group = group_of(p)
    template = given_template(p)
    before = dict(group)
    answer = emulator["UpdateAutoScalingGroup"](p)
    if not _p(p, "DesiredCapacity"):
        group["DesiredCapacity"] = min(max(group["DesiredCapacity"], group["MinSize"]), group["MaxSize"])
    if template:
        group["LaunchTemplate"] = template
    if _p(p, "NewInstancesProtectedFromScaleIn"):
        group["NewInstancesProtectedFromScaleIn"] = _p(p, "NewInstancesProtectedFromScaleIn") == "true"
    try:
        check_sizes(group)
    except Refused:
        group.update(before)
        raise
    scaling.reconcile(group)
    return answer


def set_desired_capacity(p):
    group, desired = group_of(p), int(_p(p, "DesiredCapacity") or -1)
    for limit, word in ((group["MinSize"], "below min"), (group["MaxSize"], "above max")):
        if desired < limit and "min" in word or desired > limit and "max" in word:
            raise Refused("ValidationError",
                          f"New SetDesiredCapacity value {desired} is {word} value {limit} for the AutoScalingGroup.")
    group["DesiredCapacity"] = desired
    scaling.reconcile(group)
    return autoscaling._xml(200, "SetDesiredCapacityResponse", "")


def delete(p):
    group = group_of(p)
    if group["Instances"] and _p(p, "ForceDelete") != "true":
        raise Refused("ResourceInUse", "You cannot delete an AutoScalingGroup while there are instances or pending Spot "
                      "instance request(s) still in the group.")
    for member in list(group["Instances"]):
        scaling.remove(group, member, "a user request to delete the group")
    return emulator["DeleteAutoScalingGroup"](p)


def describe(p):
    p = dict(p)
    wanted, number = autoscaling._parse_nested(p, "Filters"), 0
    for group in autoscaling._asgs.values() if wanted else []:
        if matches(group, p):
            number += 1
            p[f"AutoScalingGroupNames.member.{number}"] = group["AutoScalingGroupName"]
    if wanted and number == 0:
        p["AutoScalingGroupNames.member.1"] = "\0"
    status, headers, body = emulator["DescribeAutoScalingGroups"](p)
    for group in autoscaling._asgs.values():
        arn = f"<AutoScalingGroupARN>{group['AutoScalingGroupARN']}</AutoScalingGroupARN>"
        groups = "".join(f"<member>{one}</member>" for one in group.get("TargetGroupARNs", []))
        processes = sorted(group.get("_suspended", []))
        suspended = "".join(f"<member><ProcessName>{one}</ProcessName></member>" for one in processes)
        more = f"<TargetGroupARNs>{groups}</TargetGroupARNs><SuspendedProcesses>{suspended}</SuspendedProcesses>"
        body = body.replace(arn.encode(), (arn + more).encode())
    return status, headers, body


def matches(group, p):
    """Whether a group has the wanted tags; only filters by tag are known."""
    tags = {tag["Key"]: tag["Value"] for tag in group["Tags"]}
    number = 1
    while name := _p(p, f"Filters.member.{number}.Name"):
        values = autoscaling._parse_member_list(p, f"Filters.member.{number}.Values")
        if name.startswith("tag:"):
            found = tags.get(name[4:]) in values
        elif name in ("tag-key", "tag-value"):
            found = any(one in values for one in (tags if name == "tag-key" else tags.values()))
        else:
            raise Refused("ValidationError", f"Filter {name} is invalid")
        if not found:
            return False
        number += 1
    return True


def describe_activities(p):
    wanted = _p(p, "AutoScalingGroupName")
    members = "".join(
        f"<member>{autoscaling._member_xml(one)}</member>"
        for group in autoscaling._asgs.values() if wanted in ("", group["AutoScalingGroupName"])
        for one in group.get("_activities", [])
    )
    result = f"<DescribeScalingActivitiesResult><Activities>{members}</Activities></DescribeScalingActivitiesResult>"
    return autoscaling._xml(200, "DescribeScalingActivitiesResponse", result)


def terminate_member(p):
    group, member = member_of(_p(p, "InstanceId"))
    if _p(p, "ShouldDecrementDesiredCapacity") == "true":
        group["DesiredCapacity"] -= 1
    scaling.remove(group, member, "a user request")
    activity = autoscaling._member_xml(group["_activities"][0])
    return autoscaling._xml(200, "TerminateInstanceInAutoScalingGroupResponse",
                            f"<TerminateInstanceInAutoScalingGroupResult><Activity>{activity}</Activity>"
                            "</TerminateInstanceInAutoScalingGroupResult>")


def detach(p):
    group = group_of(p)
    for one in autoscaling._parse_member_list(p, "InstanceIds"):
        scaling.remove(group, member_of(one)[1], "", terminate=False)
        if _p(p, "ShouldDecrementDesiredCapacity") == "true":
            group["DesiredCapacity"] -= 1


def set_health(p):
    member_of(_p(p, "InstanceId"))[1]["HealthStatus"] = _p(p, "HealthStatus")


def set_protection(p):
    for one in autoscaling._parse_member_list(p, "InstanceIds"):
        member_of(one)[1]["ProtectedFromScaleIn"] = _p(p, "ProtectedFromScaleIn") == "true"


def attach_target_groups(p):
    group = group_of(p)
    for arn in autoscaling._parse_member_list(p, "TargetGroupARNs"):
        if arn not in group.setdefault("TargetGroupARNs", []):
            group["TargetGroupARNs"].append(arn)
        for member in group["Instances"]:
            if member["LifecycleState"] == "InService":
                scaling.register(arn, member["InstanceId"])


def detach_target_groups(p):
    group = group_of(p)
    for arn in autoscaling._parse_member_list(p, "TargetGroupARNs"):
        group["TargetGroupARNs"] = [one for one in group.get("TargetGroupARNs", []) if one != arn]
        for member in group["Instances"]:
            scaling.withdraw(arn, member["InstanceId"])


PROCESSES = {"Launch", "Terminate", "AddToLoadBalancer", "AlarmNotification", "AZRebalance", "HealthCheck",
             "InstanceRefresh", "ReplaceUnhealthy", "ScheduledActions"}


def suspend(p):
    group = group_of(p)
    named = autoscaling._parse_member_list(p, "ScalingProcesses") or PROCESSES
    group["_suspended"] = group.get("_suspended", set()) | set(named)


def resume(p):
    group = group_of(p)
    named = autoscaling._parse_member_list(p, "ScalingProcesses") or PROCESSES
    group["_suspended"] = group.get("_suspended", set()) - set(named)


emulator = dict(autoscaling._ACTION_MAP)
ACTIONS = {
    "CreateAutoScalingGroup": create,
    "UpdateAutoScalingGroup": update,
    "SetDesiredCapacity": set_desired_capacity,
    "DeleteAutoScalingGroup": delete,
    "DescribeAutoScalingGroups": describe,
    "DescribeScalingActivities": describe_activities,
    "TerminateInstanceInAutoScalingGroup": terminate_member,
    "DetachInstances": detach,
    "SetInstanceHealth": set_health,
    "SetInstanceProtection": set_protection,
    "AttachLoadBalancerTargetGroups": attach_target_groups,
    "DetachLoadBalancerTargetGroups": detach_target_groups,
    "SuspendProcesses": suspend,
    "ResumeProcesses": resume,
    "StartInstanceRefresh": scaling_refresh.start_instance_refresh,
    "CancelInstanceRefresh": scaling_refresh.cancel_instance_refresh,
    "DescribeInstanceRefreshes": scaling_refresh.describe_instance_refreshes,
}


def install(is_healthy):
    """To be called once; `is_healthy` asks a target its health check."""
    for name, handler in {**emulator, **ACTIONS}.items():
        autoscaling._ACTION_MAP[name] = answering(name, handler)
    autoscaling._reconcile_instances = lambda _: None
    autoscaling.handle_request = off_the_loop(autoscaling.handle_request)
    threading.Thread(target=tend_all, args=(is_healthy,), name="ec2-scaling", daemon=True).start()


def off_the_loop(handle):
    """While the thread below looks at a group, its actions wait, and nobody else does."""

    async def handle_request(*request):
        return await asyncio.to_thread(asyncio.run, handle(*request))

    return handle_request


def tend_all(is_healthy):
    while True:
        for (account, region, name), group in list(autoscaling._asgs.all_items()):
            contextvars.copy_context().run(tend_as, account, region, name, group, is_healthy)
        time.sleep(1)


def tend_as(account, region, name, group, is_healthy):
    set_request_account_id(account)
    set_request_region(region)
    with scaling.lock:
        # It may have been deleted since the list was made.
        if autoscaling._asgs.get(name) is not group:
            return
        try:
            scaling.tend(group)
            scaling_refresh.advance(group, is_healthy)
        except Exception:
            logger.exception("%s could not be tended", name)
