"""Starts the AWS emulator of the local environment, and adds what its load balancers lack.

By AWS documentation a rule may send requests to several target groups by weight, a target group names the load
balancers of all rules that send to it, and a target that does not answer its health check is unhealthy. The emulator
drops weights, knows only default actions, and calls every target healthy.

Its EC2 only records; ec2_local/ makes hosts of the records.
"""

import http.client
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from xml.sax.saxutils import escape

from ministack.app import main
from ministack.services import alb

from ec2_local import targets as instances
from ec2_local.install import install

HEALTH_TIMEOUT_SECONDS = 1.0
HEALTH_CHECKS_AT_ONCE = 16


def with_weights(parse):
    """Keeps the weights of a forward action beside what the emulator reads of it."""

    def parse_actions(params, prefix="DefaultActions"):
        actions = parse(params, prefix)
        for number, action in enumerate(actions, 1):
            base = f"{prefix}.member.{number}.ForwardConfig.TargetGroups.member"
            groups, index = [], 1
            while arn := alb._p(params, f"{base}.{index}.TargetGroupArn"):
                weight = int(alb._p(params, f"{base}.{index}.Weight", "1"))
                groups.append({"TargetGroupArn": arn, "Weight": weight})
                index += 1
            if groups:
                action["ForwardConfig"] = groups
                # AWS answers with the ARN beside the weights where there is one group.
                if len(groups) == 1:
                    action.setdefault("TargetGroupArn", groups[0]["TargetGroupArn"])
        return actions

    return parse_actions


def with_forward_config(render):
    """Answers with the weights; a forward by ARN alone is one group of weight 1, as AWS tells it."""

    def action_xml(action):
        text = render(action)
        groups = groups_of(action)
        if not groups:
            return text
        members = "".join(
            f"<member><TargetGroupArn>{escape(one['TargetGroupArn'])}</TargetGroupArn>"
            f"<Weight>{one['Weight']}</Weight></member>"
            for one in groups
        )
        config = f"<ForwardConfig><TargetGroups>{members}</TargetGroups></ForwardConfig>"
        return text.replace("</member>", f"{config}</member>", 1)

    return action_xml


def groups_of(action):
    """The groups that an action sends requests to, with their weights."""
    if action.get("Type", "").lower() != "forward":
        return []
    one = action.get("TargetGroupArn")
    return action.get("ForwardConfig") or ([{"TargetGroupArn": one, "Weight": 1}] if one else [])


def by_weight(execute):
    """Sends each request to one of the groups of the action, by their weights."""

    async def execute_action(action, *request):
        groups = [one for one in groups_of(action) if one["Weight"] > 0]
        if groups:
            chosen = random.choices(groups, [one["Weight"] for one in groups])[0]
            action = {**action, "TargetGroupArn": chosen["TargetGroupArn"]}
        return await execute(action, *request)

    return execute_action


def with_load_balancers(render):
    """Names the load balancers of all rules that send requests to a group."""

    def group_xml(group):
        arn = group["TargetGroupArn"]
        found = list(group.get("LoadBalancerArns", []))
        for rule in list(alb._rules.values()):
            listener = alb._listeners.get(rule.get("ListenerArn"), {})
            balancer = listener.get("LoadBalancerArn")
            sends = any(
                one["TargetGroupArn"] == arn for action in rule.get("Actions", []) for one in groups_of(action)
            )
            if sends and balancer and balancer not in found:
                found.append(balancer)
        return render({**group, "LoadBalancerArns": found})

    return group_xml


def describe_target_health(params):
    """Asks each target its health check, as a load balancer does; `unused` where no load balancer sends to the group."""
    arn = alb._p(params, "TargetGroupArn")
    group = alb._tgs.get(arn)
    if group is None:
        return alb._error("TargetGroupNotFound", f"Target group '{arn}' not found.")
    wanted = {one["Id"] for one in alb._parse_targets_param(params)}
    targets = [one for one in alb._targets.get(arn, []) if not wanted or one["Id"] in wanted]
    default = group.get("Port", 80)
    with ThreadPoolExecutor(HEALTH_CHECKS_AT_ONCE) as pool:
        states = list(pool.map(lambda target: state_of(group, target), targets))
    for one in instances.draining(arn):
        if not wanted or one in wanted:
            targets.append({"Id": one})
            states.append("<State>draining</State><Reason>Target.DeregistrationInProgress</Reason>"
                          "<Description>Target deregistration is in progress</Description>")
    members = "".join(
        f"<member><Target><Id>{escape(str(target['Id']))}</Id><Port>{target.get('Port', default)}</Port></Target>"
        f"<TargetHealth>{state}</TargetHealth></member>"
        for target, state in zip(targets, states)
    )
    described = f"<TargetHealthDescriptions>{members}</TargetHealthDescriptions>"
    return alb._xml(200, "DescribeTargetHealth", described)


def state_of(group, target):
    """`healthy`, or `unhealthy` with the reason in AWS's words."""
    stopped = instances.state_if_not_running(target)
    if stopped is not None:
        return ("<State>unused</State><Reason>Target.InvalidState</Reason>"
                f"<Description>Target is in the {stopped} state</Description>")
    host, port = instances.address_of(target), int(target.get("Port") or group.get("Port") or 80)
    connection = http.client.HTTPConnection(host, port, timeout=HEALTH_TIMEOUT_SECONDS)
    try:
        connection.request("GET", group.get("HealthCheckPath") or "/")
        status = connection.getresponse().status
    except OSError as error:
        return unhealthy("Target.Timeout" if isinstance(error, TimeoutError) else "Target.FailedHealthChecks",
                         "Request timed out" if isinstance(error, TimeoutError) else "Health checks failed")
    except http.client.HTTPException:
        return unhealthy("Target.FailedHealthChecks", "Health checks failed")
    finally:
        connection.close()
    if matches(status, (group.get("Matcher") or {}).get("HttpCode") or "200"):
        return "<State>healthy</State>"
    return unhealthy("Target.ResponseCodeMismatch", f"Health checks failed with these codes: [{status}]")


def is_healthy(group, target):
    return state_of(group, target) == "<State>healthy</State>"


def unhealthy(reason, description):
    return f"<State>unhealthy</State><Reason>{reason}</Reason><Description>{escape(description)}</Description>"


def matches(status, codes):
    """Whether a status is one of `200`, `200,302` or `200-399`."""
    for part in str(codes).split(","):
        first, _, last = part.strip().partition("-")
        if int(first) <= status <= int(last or first):
            return True
    return False


alb._parse_actions = with_weights(alb._parse_actions)
alb._action_xml = with_forward_config(alb._action_xml)
alb._execute_action = by_weight(alb._execute_action)
alb._tg_xml = with_load_balancers(alb._tg_xml)
alb._ACTION_MAP["DescribeTargetHealth"] = describe_target_health
alb._ACTION_MAP["RegisterTargets"] = instances.refusing_others(alb._ACTION_MAP["RegisterTargets"])
alb._forward_to_tg = instances.to_healthy(alb._forward_to_tg, is_healthy)

if __name__ == "__main__":
    install(is_healthy)
    sys.exit(main())
