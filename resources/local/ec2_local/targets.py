"""Target groups whose targets are instances: registered by id, reached at the instance's address."""

import contextlib
import random
import time
from collections import Counter

from ministack.services import alb, ec2

from ec2_local import states

# So long a load balancer believes its last health check.
BELIEVED_SECONDS = 1.0
_checked = {}
# Requests under way, by target group and target.
_requests = Counter()


def is_instance(target):
    return str(target["Id"]).startswith("i-")


def instance_of(target):
    return ec2._instances.get(str(target["Id"])) if is_instance(target) else None


def address_of(target):
    """Where a target is reached; the id itself where it is no instance."""
    instance = instance_of(target)
    return instance["PrivateIpAddress"] if instance else str(target["Id"])


def state_if_not_running(target):
    """What stands in place of `running`, where a target is an instance that does not run; else None."""
    if not is_instance(target):
        return None
    instance = instance_of(target)
    state = states.state_of(instance) if instance else "terminated"
    return None if state == "running" else state


def refusing_others(register):
    """By AWS documentation an instance is registered while it runs, and only in a group of instances."""

    def register_targets(params):
        group = alb._tgs.get(alb._p(params, "TargetGroupArn"), {})
        for target in alb._parse_targets_param(params):
            if not is_instance(target):
                continue
            one = target["Id"]
            if group.get("TargetType") == "ip":
                return alb._error("ValidationError", f"The IP address '{one}' is not a valid IPv4 or IPv6 address")
            if instance_of(target) is None:
                return alb._error("InvalidTarget", f"The following targets are not valid instances: '{one}'")
            if state_if_not_running(target) is not None:
                return alb._error("InvalidTarget", "The following targets are not in a running state and cannot be "
                                  f"registered: '{one}'")
        return register(params)

    return register_targets


def to_healthy(forward, is_healthy):
    """Sends a request to an instance that is healthy; where none is, to any that runs, as AWS does."""

    async def forward_to_group(arn, method, path, headers, body, query, raw_query=None, raw_path=None):
        group, targets = alb._tgs.get(arn), alb._targets.get(arn, [])
        if not group or not any(is_instance(target) for target in targets):
            return await forward(arn, method, path, headers, body, query, raw_query, raw_path)
        running = [target for target in targets if state_if_not_running(target) is None]
        healthy = [target for target in running if await believed(group, target, is_healthy)]
        if not running:
            return 503, {"Content-Type": "text/html"}, b"<h1>503 Service Temporarily Unavailable</h1>"
        target = random.choice(healthy or running)
        with under_way(arn, target["Id"]):
            return await alb._proxy_http_target({**target, "Id": address_of(target)}, group, method, raw_path or path,
                                                headers, body, query, raw_query)

    return forward_to_group


@contextlib.contextmanager
def under_way(arn, one):
    _requests[arn, one] += 1
    try:
        yield
    finally:
        _requests[arn, one] -= 1
        if not _requests[arn, one]:
            del _requests[arn, one]


def draining(arn):
    """Ids of instances that have left a target group, and still have requests of it."""
    registered = {target["Id"] for target in alb._targets.get(arn, [])}
    return sorted(one for group, one in list(_requests) if group == arn and one not in registered)


async def believed(group, target, is_healthy):
    """Whether a target was healthy when it was last asked; all requests of that time wait for the one answer."""
    key = (group["TargetGroupArn"], target["Id"], target.get("Port"))
    at, check = _checked.get(key, (0, None))
    if check is None or time.monotonic() - at > BELIEVED_SECONDS:
        check = alb.asyncio.ensure_future(alb.asyncio.to_thread(answers_well, group, target, is_healthy))
        _checked[key] = (time.monotonic(), check)
    # A request that its sender gives up takes nothing from the others.
    return await alb.asyncio.shield(check)


def answers_well(group, target, is_healthy):
    """One answer that is late makes no target unhealthy, as by the thresholds of AWS."""
    return is_healthy(group, target) or is_healthy(group, target)


def passes(arn, instance_id, is_healthy):
    """Whether an instance passes the health check of a target group that it is registered in."""
    target = next((one for one in alb._targets.get(arn, []) if one["Id"] == instance_id), None)
    return target is not None and state_if_not_running(target) is None and is_healthy(alb._tgs[arn], target)
