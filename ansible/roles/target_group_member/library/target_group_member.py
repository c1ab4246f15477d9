#!/usr/bin/python
"""Lets a target join or leave a target group of a load balancer, and waits until it serves or no longer serves."""

from __future__ import annotations

import os
import time

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

try:
    import botocore.exceptions
    import botocore.session

    HAS_BOTOCORE = True
except ImportError:
    HAS_BOTOCORE = False

DOCUMENTATION = r"""
module: target_group_member
short_description: A target of a load balancer, with the wait for its health
description:
  - Present means that the load balancer sends requests to the target. If it does not become healthy, it leaves the group
    again unless it was in it before.
  - Absent means that the target has left and its last requests are answered.
author: automation-stack
options:
  group: {type: str, required: true, description: [Name or ARN of the target group.]}
  instance_id: {type: str, default: "", description: [The target in groups of instances.]}
  address: {type: str, default: "", description: [The target in groups of addresses.]}
  port: {type: int, default: 0, description: [Port of the target; that of the group if 0.]}
  state: {type: str, choices: [present, absent], default: present, description: [What is wanted.]}
  keep: {type: int, default: 1, description: [Healthy targets that have to stay; fewer refuse to let this one leave.]}
  timeout: {type: int, default: 300, description: [Seconds to wait.]}
  interval: {type: float, default: 2.0, description: [Seconds between two looks.]}
  region: {type: str, default: "", description: [Region; that of the ARN or of the environment if empty.]}
"""

RETURN = r"""
seconds: {type: float, returned: success, description: How long it took.}
health: {type: str, returned: success, description: Health of the target as the load balancer tells it.}
"""

EXAMPLES = r"""
- name: Leave the load balancer
  target_group_member:
    group: shop-web
    instance_id: i-0123456789abcdef0
    state: absent
"""

NOT_REGISTERED = "Target.NotRegistered"
# A wait would be in vain: no load balancer asks this group, or the instance does not run.
HOPELESS = {"Target.NotInUse", "Target.InvalidState"}


class Refusal(Exception):
    pass


class Group:
    """A target group, and one target of it."""

    def __init__(self, client, parameters):
        self.client = client
        self.parameters = parameters
        self.arn, kind = self.find(parameters["group"])
        name = "instance_id" if kind == "instance" else "address"
        if not parameters[name]:
            raise Refusal("%s has targets of the type %s, and this host has no %s" % (parameters["group"], kind, name))
        self.target = {"Id": parameters[name]}
        if parameters["port"]:
            self.target["Port"] = parameters["port"]

    def find(self, group):
        wanted = {"TargetGroupArns": [group]} if group.startswith("arn:") else {"Names": [group]}
        found = self.client.describe_target_groups(**wanted)["TargetGroups"]
        if not found:
            raise Refusal("there is no target group %s" % group)
        return found[0]["TargetGroupArn"], found[0].get("TargetType", "instance")

    def health(self):
        """(state, reason, words) of the target."""
        answer = self.client.describe_target_health(TargetGroupArn=self.arn, Targets=[self.target])
        for description in answer["TargetHealthDescriptions"]:
            if description["Target"]["Id"] == self.target["Id"]:
                health = description["TargetHealth"]
                return health["State"], health.get("Reason", ""), health.get("Description", "")
        return "unused", NOT_REGISTERED, ""

    def others(self):
        """How many other targets are healthy."""
        answer = self.client.describe_target_health(TargetGroupArn=self.arn)
        return sum(
            description["TargetHealth"]["State"] == "healthy" and description["Target"]["Id"] != self.target["Id"]
            for description in answer["TargetHealthDescriptions"]
        )

    def register(self):
        self.client.register_targets(TargetGroupArn=self.arn, Targets=[self.target])

    def deregister(self):
        self.client.deregister_targets(TargetGroupArn=self.arn, Targets=[self.target])


def region_of(parameters):
    """The region; None leaves it to botocore, which reads AWS_DEFAULT_REGION and its profile, and no AWS_REGION."""
    of_arn = parameters["group"].split(":")[3] if parameters["group"].startswith("arn:") else ""
    return parameters["region"] or of_arn or os.environ.get("AWS_REGION") or None


def has_left(state, reason):
    return state == "unused" and reason == NOT_REGISTERED


def wait(group, is_done, parameters, is_hopeless=lambda _reason: False):
    """Returns (the last health, seconds, whether it is as wanted)."""
    started = time.monotonic()
    while True:
        state, reason, words = group.health()
        passed = round(time.monotonic() - started, 2)
        if is_done(state, reason):
            return (state, reason, words), passed, True
        if is_hopeless(reason) or passed > parameters["timeout"]:
            return (state, reason, words), passed, False
        time.sleep(parameters["interval"])


def told(health):
    state, reason, words = health
    return state + "".join(" (%s)" % part for part in [": ".join(filter(None, [reason, words]))] if part)


def join(module, group):
    state, reason, _words = group.health()
    was_in = not has_left(state, reason) and state != "draining"
    if state == "healthy" or module.check_mode:
        module.exit_json(changed=not was_in, seconds=0.0, health=state)
    if not was_in:
        group.register()
    # Right after it has joined, the load balancer may not know it yet.
    hopeless = lambda reason: reason in HOPELESS  # noqa: E731
    health, seconds, is_healthy = wait(group, lambda state, _reason: state == "healthy", module.params, hopeless)
    if is_healthy:
        module.exit_json(changed=not was_in, seconds=seconds, health=health[0])
    if not was_in:
        group.deregister()
    then = "it was in the group before, and stays" if was_in else "it has left the group again"
    module.fail_json(
        msg="%s is %s in %s after %d s; %s" % (group.target["Id"], told(health), module.params["group"], seconds, then),
        changed=False,
    )


def leave(module, group):
    state, reason, _words = group.health()
    if has_left(state, reason):
        module.exit_json(changed=False, seconds=0.0, health=state)
    if state != "draining":
        others = group.others()
        if state == "healthy" and others < module.params["keep"]:
            raise Refusal(
                "%s stays in %s: of the others only %d are healthy, and %d have to stay (target_group_member_keep)"
                % (group.target["Id"], module.params["group"], others, module.params["keep"])
            )
        if module.check_mode:
            module.exit_json(changed=True, seconds=0.0, health=state)
        group.deregister()
    health, seconds, is_gone = wait(group, has_left, module.params)
    if not is_gone:
        module.fail_json(
            msg="%s is still %s in %s after %d s: the group's deregistration delay may be longer"
            % (group.target["Id"], told(health), module.params["group"], seconds)
        )
    module.exit_json(changed=True, seconds=seconds, health=health[0])


def main():
    module = AnsibleModule(
        argument_spec={
            "group": {"type": "str", "required": True},
            "instance_id": {"type": "str", "default": ""},
            "address": {"type": "str", "default": ""},
            "port": {"type": "int", "default": 0},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "keep": {"type": "int", "default": 1},
            "timeout": {"type": "int", "default": 300},
            "interval": {"type": "float", "default": 2.0},
            "region": {"type": "str", "default": ""},
        },
        supports_check_mode=True,
    )
    if not HAS_BOTOCORE:
        module.fail_json(msg=missing_required_lib("botocore"))
    try:
        session = botocore.session.get_session()
        client = session.create_client("elbv2", region_name=region_of(module.params))
        (join if module.params["state"] == "present" else leave)(module, Group(client, module.params))
    except (Refusal, botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()
