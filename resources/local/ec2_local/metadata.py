"""The instance metadata service: it knows who asks by the address that asks.

Tokens (IMDSv2) as on AWS; identity, tags where they are switched on, user data, credentials of the instance profile.
"""

import json
import logging
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ministack.services import ec2, iam, imds

from ec2_local import hosts
from ec2_local.instances import metadata_options
from ec2_local.settings import SETTINGS
from ec2_local.user_data import decoded

logger = logging.getLogger("ec2.metadata")

LONGEST_TOKEN_SECONDS = 21_600


class Metadata(BaseHTTPRequestHandler):
    tokens = {}

    def do_PUT(self):
        ttl = self.headers.get("X-aws-ec2-metadata-token-ttl-seconds", "")
        if self.path != "/latest/api/token" or self.asking() is None:
            return self.answer(404, "Not Found")
        if not ttl.isdigit() or not 1 <= int(ttl) <= LONGEST_TOKEN_SECONDS:
            return self.answer(400, "Bad Request")
        # By AWS documentation a request that came through a proxy gets no token.
        if "X-Forwarded-For" in self.headers:
            return self.answer(403, "Forbidden")
        token = secrets.token_urlsafe(42)
        self.tokens[token] = (self.client_address[0], time.time() + int(ttl))
        return self.answer(200, token, {"X-Aws-Ec2-Metadata-Token-Ttl-Seconds": ttl})

    def do_GET(self):
        host = self.asking()
        if host is None:
            return self.answer(404, "Not Found")
        given = self.headers.get("X-aws-ec2-metadata-token")
        address, expiry = self.tokens.get(given, ("", 0))
        valid = address == host.address and expiry > time.time()
        if not valid and (given is not None or metadata_options(host.instance)["HttpTokens"] == "required"):
            return self.answer(401, "Unauthorized")
        value = host.context.copy().run(value_at, host, self.path.split("?")[0])
        return self.answer(404, "Not Found") if value is None else self.answer(200, value)

    def asking(self):
        host = hosts.host_at(self.client_address[0])
        return host if host and metadata_options(host.instance)["HttpEndpoint"] == "enabled" else None

    def answer(self, status, body, headers=()):
        data = body if isinstance(body, bytes) else body.encode()
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        """Nothing: hosts ask often."""


def value_at(host, path):
    """What stands at a path: text, a list of what is below it, or None."""
    if path.rstrip("/") == "/latest/user-data":
        return decoded(host.instance["UserData"]) or None
    if path == "/latest/dynamic/instance-identity/document":
        return json.dumps(identity(host), indent=2)
    prefix = "/latest/meta-data"
    if not path.startswith(prefix):
        return "dynamic\nmeta-data\nuser-data" if path.rstrip("/") == "/latest" else None
    value = tree(host)
    for name in path.removeprefix(prefix).strip("/").split("/"):
        if name and not isinstance(value, dict):
            return None
        value = value.get(name) if name else value
    if callable(value):
        return value()
    if isinstance(value, dict):
        return "\n".join(f"{name}/" if isinstance(below, dict) else name for name, below in sorted(value.items()))
    return value


def tree(host):
    """All of meta-data of an instance, as nested names."""
    one = host.instance
    zone = one["Placement"]["AvailabilityZone"]
    found = {
        "ami-id": one["ImageId"],
        "ami-launch-index": str(one["AmiLaunchIndex"]),
        "hostname": one["PrivateDnsName"],
        "instance-id": one["InstanceId"],
        "instance-life-cycle": "on-demand",
        "instance-type": one["InstanceType"],
        "local-hostname": one["PrivateDnsName"],
        "local-ipv4": host.address,
        "placement": {"availability-zone": zone, "region": zone[:-1]},
        "reservation-id": f"r-{one['InstanceId'][2:]}",
        "security-groups": "\n".join(group["GroupName"] for group in one["SecurityGroups"]),
    }
    if one["PublicIpAddress"]:
        found |= {"public-ipv4": one["PublicIpAddress"], "public-hostname": one["PublicDnsName"]}
    if one["KeyName"] in ec2._key_pairs:
        key = f"{ec2._key_pairs[one['KeyName']]['_public']} {one['KeyName']}"
        found["public-keys"] = {"0": {"openssh-key": key}}
    if metadata_options(one)["InstanceMetadataTags"] == "enabled":
        tags = {tag["Key"]: tag["Value"] for tag in ec2._tags.get(one["InstanceId"], [])}
        found["tags"] = {"instance": tags}
    profile = one.get("IamInstanceProfile")
    if profile:
        role = role_of(profile)
        info = {"Code": "Success", "LastUpdated": imds._future(0), "InstanceProfileArn": profile["Arn"],
                "InstanceProfileId": profile["Id"]}
        found["iam"] = {"info": json.dumps(info)}
        if role:
            found["iam"]["security-credentials"] = {role: lambda: json.dumps(imds._credentials_doc(), indent=2)}
    return found


def role_of(profile):
    record = iam._lookup_instance_profile(name="", arn=profile["Arn"]) or {}
    roles = record.get("Roles") or [""]
    return roles[0] if isinstance(roles[0], str) else roles[0]["RoleName"]


def identity(host):
    one = host.instance
    zone = one["Placement"]["AvailabilityZone"]
    return {
        "accountId": ec2.get_account_id(),
        "architecture": one["Architecture"],
        "availabilityZone": zone,
        "imageId": one["ImageId"],
        "instanceId": one["InstanceId"],
        "instanceType": one["InstanceType"],
        "pendingTime": one["LaunchTime"],
        "privateIp": host.address,
        "region": zone[:-1],
        "version": "2017-09-30",
    }


def serve():
    """Listens at the gateway of the hosts' network alone."""
    try:
        server = ThreadingHTTPServer((SETTINGS.gateway, SETTINGS.metadata_port), Metadata)
    except OSError as error:
        logger.warning("no metadata service at %s:%s: %s", SETTINGS.gateway, SETTINGS.metadata_port, error)
        return
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="ec2-metadata", daemon=True).start()
