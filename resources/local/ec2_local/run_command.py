"""Run Command of Systems Manager: commands run as root inside of the hosts, as its agent runs them on AWS.

A command waits for a free place (MaxConcurrency), is not begun where too many have failed before it (MaxErrors), is ended
after its executionTimeout, and is told as not delivered where its host went away. Statuses are those of the AWS documentation.
"""

import shlex
import subprocess
import threading
import time
import uuid

from ministack.core.concurrency import spawn_background
from ministack.services import ec2, ssm

from ec2_local import faults, hosts, instances, states
from ec2_local.answers import Refused

# SendCommand takes so many ids: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html
MOST_INSTANCES = 50
STDOUT_LIMIT, STDERR_LIMIT = 24_000, 8_000
DEFAULT_SECONDS = 3600
SHELL_DOCUMENT = "AWS-RunShellScript"
# What `timeout` ends with where the time is over; -k sends KILL to what does not end by TERM.
TIMED_OUT, KILL_AFTER_SECONDS = 124, 5
ENDS = {"Success", "Failed", "Cancelled", "TimedOut"}


def is_managed(instance_id):
    """By AWS documentation the agent answers where the instance has a profile, once it has started."""
    instance = ec2._instances.get(instance_id)
    return bool(instance and instance.get("IamInstanceProfile") and instances.status_of(instance) == "ok")


class Command:
    """One command and its invocations, by the id of their instance."""

    def __init__(self, data, ids):
        parameters = data.get("Parameters") or {}
        self.id = str(uuid.uuid4())
        self.script = "\n".join(parameters.get("commands") or [])
        self.seconds = int((parameters.get("executionTimeout") or [DEFAULT_SECONDS])[0])
        self.expires = time.time() + int(data.get("TimeoutSeconds") or DEFAULT_SECONDS) + self.seconds
        self.places = threading.Semaphore(max(1, share(data.get("MaxConcurrency") or "50", len(ids))))
        self.most_errors = share(data.get("MaxErrors") or "0", len(ids))
        self.errors, self.cancelled, self.lock = 0, False, threading.Lock()
        self.told = {
            "CommandId": self.id,
            "DocumentName": data["DocumentName"],
            "Comment": data.get("Comment", ""),
            "Parameters": parameters,
            "InstanceIds": ids,
            "RequestedDateTime": time.time(),
            "ExpiresAfter": self.expires,
            "MaxConcurrency": data.get("MaxConcurrency") or "50",
            "MaxErrors": data.get("MaxErrors") or "0",
            "TimeoutSeconds": int(data.get("TimeoutSeconds") or DEFAULT_SECONDS),
            "TargetCount": len(ids),
        }
        self.invocations = {one: self.invocation(one, data) for one in ids}

    def invocation(self, instance_id, data):
        return {
            "CommandId": self.id,
            "InstanceId": instance_id,
            "Comment": data.get("Comment", ""),
            "DocumentName": data["DocumentName"],
            "PluginName": "aws:runShellScript",
            "ResponseCode": -1,
            "ExecutionStartDateTime": "",
            "ExecutionEndDateTime": "",
            "Status": "Pending",
            "StatusDetails": "Pending",
            "StandardOutputContent": "",
            "StandardErrorContent": "",
        }

    def begin(self):
        """In the order of the ids, so that those behind a failure are the ones that are not begun."""
        previous = None
        for one in self.invocations:
            begun = threading.Event()
            spawn_background(self.run, one, previous, begun, thread_name=f"ssm-{self.id[:8]}")
            previous = begun

    def run(self, instance_id, previous, begun):
        if previous is not None:
            previous.wait()
        self.places.acquire()
        try:
            with self.lock:
                end = "Cancelled" if self.cancelled else "Terminated" if self.errors > self.most_errors else None
            if end is not None:
                return self.finish(instance_id, "Cancelled", end)
            one = self.invocations[instance_id]
            one.update(Status="InProgress", StatusDetails="InProgress", ExecutionStartDateTime=ssm._now_iso())
            begun.set()
            self.execute(instance_id)
        finally:
            begun.set()
            self.places.release()

    def execute(self, instance_id):
        code, out, err = run_blocking(instance_id, self.argv())
        if code != 0 and not is_there(instance_id):
            # Nothing tells Systems Manager of the host's end: the command expires.
            while time.time() < self.expires and not self.cancelled:
                time.sleep(0.2)
            end = ("Cancelled", "Cancelled") if self.cancelled else ("TimedOut", "DeliveryTimedOut")
            return self.finish(instance_id, *end)
        self.invocations[instance_id].update(
            StandardOutputContent=out[:STDOUT_LIMIT], StandardErrorContent=err[:STDERR_LIMIT])
        if self.cancelled:
            return self.finish(instance_id, "Cancelled", "Cancelled", code)
        if code in (TIMED_OUT, 128 + 9):
            return self.finish(instance_id, "TimedOut", "ExecutionTimedOut", code)
        status = "Success" if code == 0 else "Failed"
        return self.finish(instance_id, status, status, code)

    def argv(self):
        """The agent's environment, which names the local AWS API; the process is known by its id, so that it can be ended."""
        script = f"set -a; . /etc/environment; echo $$ >/run/ssm-{self.id}; " \
                 f"exec timeout -k {KILL_AFTER_SECONDS} {self.seconds} /bin/sh -c {shlex.quote(self.script)}"
        return ["/bin/sh", "-c", script]

    def finish(self, instance_id, status, details, code=-1):
        with self.lock:
            if details in ("Failed", "ExecutionTimedOut"):
                self.errors += 1
        one = self.invocations[instance_id]
        one.update(ResponseCode=code, ExecutionEndDateTime=ssm._now_iso(), StatusDetails=details)
        # Last: who sees the end sees the rest.
        one["Status"] = status

    def cancel(self, ids):
        self.cancelled = True
        for one in ids or self.invocations:
            if self.invocations[one]["Status"] not in ENDS:
                self.invocations[one].update(Status="Cancelling", StatusDetails="Cancelling")
                end = ["/bin/sh", "-c", f"kill -TERM $(cat /run/ssm-{self.id})"]
                spawn_background(run_blocking, one, end, thread_name=f"ssm-{self.id[:8]}")

    def public(self):
        all_of_them = list(self.invocations.values())
        done = [one for one in all_of_them if one["Status"] in ENDS]
        bad = [one for one in done if one["Status"] != "Success"]
        status = "InProgress" if len(done) < len(all_of_them) else "Failed" if bad else "Success"
        return {**self.told, "Status": status, "StatusDetails": status, "CompletedCount": len(done),
                "ErrorCount": self.errors}


_commands = {}


def share(text, total):
    """A number, or a percentage of all, as Run Command writes both."""
    return total * int(text[:-1]) // 100 if text.endswith("%") else int(text)


def is_there(instance_id):
    instance = ec2._instances.get(instance_id)
    return bool(instance) and states.state_of(instance) == "running"


def run_blocking(instance_id, argv):
    """Exit code, stdout and stderr of a command."""
    host = hosts.host_of(instance_id)
    if host is None:
        return 255, "", "the instance is gone"
    done = subprocess.run(["docker", "exec", host.container, *argv], capture_output=True)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def send_command(data):
    ids = list(data.get("InstanceIds") or [])
    for target in data.get("Targets") or []:
        if target.get("Key", "").lower() == "instanceids":
            ids.extend(target.get("Values") or [])
    if data.get("DocumentName") != SHELL_DOCUMENT:
        raise Refused("InvalidDocument", f"The local Run Command knows {SHELL_DOCUMENT} alone.")
    if not 1 <= len(ids) <= MOST_INSTANCES:
        raise Refused("ValidationException", f"InstanceIds must have between 1 and {MOST_INSTANCES} members")
    unknown = [one for one in ids if not is_managed(one)]
    if unknown:
        account = ec2.get_account_id()
        raise Refused("InvalidInstanceId", f"Instances [[{', '.join(unknown)}]] not in a valid state for account {account}")
    command = Command(data, ids)
    _commands[command.id] = command
    command.begin()
    return {"Command": command.public()}


def found(data):
    command = _commands.get(data.get("CommandId") or "")
    if command is None:
        raise Refused("InvalidCommandId", "")
    return command


def get_command_invocation(data):
    command = _commands.get(data.get("CommandId") or "")
    one = command and command.invocations.get(data.get("InstanceId") or "")
    if not one:
        raise Refused("InvocationDoesNotExist", "")
    return dict(one)


def list_command_invocations(data):
    """All of a command in one page, without their output."""
    hidden = ("StandardOutputContent", "StandardErrorContent", "ResponseCode")
    return {"CommandInvocations": [
        {key: value for key, value in one.items() if key not in hidden}
        for one in found(data).invocations.values()
        if data.get("InstanceId") in (None, one["InstanceId"])
    ]}


def list_commands(data):
    wanted = data.get("CommandId")
    return {"Commands": [one.public() for one in _commands.values() if wanted in (None, one.id)]}


def cancel_command(data):
    found(data).cancel(data.get("InstanceIds"))
    return {}


def describe_instance_information(data):
    """Those whose agent has answered; filtered by their ids, as the emulator does not."""
    wanted = [value for one in data.get("Filters") or [] if one["Key"] == "InstanceIds" for value in one["Values"]]
    return {"InstanceInformationList": [
        {"InstanceId": one, "PingStatus": "Online", "PlatformType": "Linux", "ResourceType": "EC2Instance"}
        for one in sorted(ec2._instances) if is_managed(one) and (not wanted or one in wanted)
    ]}


ACTIONS = {
    "SendCommand": send_command,
    "GetCommandInvocation": get_command_invocation,
    "ListCommandInvocations": list_command_invocations,
    "ListCommands": list_commands,
    "CancelCommand": cancel_command,
    "DescribeInstanceInformation": describe_instance_information,
}


def install():
    """To be called once, before the emulator serves."""
    handle = ssm.handle_request

    async def handle_request(method, path, headers, body, query_params):
        action = headers.get("x-amz-target", "").split(".")[-1]
        if action not in ACTIONS:
            return await handle(method, path, headers, body, query_params)
        try:
            fault = faults.take(action)
            if fault is not None:
                raise Refused(*fault)
            return ssm.json_response(ACTIONS[action](ssm.json.loads(body or b"{}")))
        except Refused as refused:
            return ssm.error_response_json(refused.code, refused.message, refused.status)

    ssm.handle_request = handle_request
