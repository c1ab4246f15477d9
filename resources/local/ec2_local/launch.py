"""RunInstances: what is asked for, with its launch template, is checked as AWS checks it; then hosts start."""

import re
from dataclasses import dataclass, field

from ministack.services import ec2

from ec2_local import faults, hosts, images, keys, states, user_data
from ec2_local.answers import Refused, dry_run
from ec2_local.settings import SETTINGS


@dataclass
class Wanted:
    """What one call asks for."""

    image_id: str
    instance_type: str
    subnet_id: str
    groups: list
    key_name: str = ""
    user_data: str = ""
    profile: dict | None = None
    tags: dict = field(default_factory=dict)
    public: bool | None = None
    protected: bool = False
    shutdown: str = "stop"
    metadata: dict = field(default_factory=dict)
    client_token: str = ""


def run_instances(p):
    least, most = (int(ec2._p(p, name) or 0) for name in ("MinCount", "MaxCount"))
    if least < 1 or most < least:
        raise Refused("InvalidParameterCombination", "MinCount must be at least 1 and must not exceed MaxCount")
    wanted = wanted_of(p)
    token = wanted.client_token
    before = [one for one in ec2._instances.values() if token and one.get("ClientToken") == token]
    if not before:
        check(wanted)
        if hosts.free_addresses() < least:
            raise Refused("InsufficientFreeAddressesInSubnet",
                          f"There are not enough free addresses in subnet '{wanted.subnet_id}' to satisfy the request.")
        dry_run(p)
    created = before or launch(wanted, min(most, hosts.free_addresses()))
    items = "".join(ec2._instance_xml(one) for one in created)
    return ec2._xml(200, "RunInstancesResponse",
                    f"<instancesSet>{items}</instancesSet><reservationId>r-{created[0]['InstanceId'][2:]}</reservationId>"
                    f"<ownerId>{ec2.get_account_id()}</ownerId><groupSet/>")


def wanted_of(p):
    """The request over its launch template: what the request says counts. Raises Refused."""
    template = {"LaunchTemplateId": ec2._p(p, "LaunchTemplate.LaunchTemplateId"),
                "LaunchTemplateName": ec2._p(p, "LaunchTemplate.LaunchTemplateName"),
                "Version": ec2._p(p, "LaunchTemplate.Version")}
    data = template_data(template)
    asked = ec2._parse_lt_data({f"Asked.{name}": value for name, value in p.items()}, "Asked")
    if "NetworkInterfaces" in {**data, **asked}:
        for name, what in (("SubnetId", "subnet ID"), ("SecurityGroupId.1", "security groups")):
            if ec2._p(p, name):
                raise Refused("InvalidParameterCombination",
                              f"Network interfaces and an instance-level {what} may not be specified on the same request")
    data = {**data, **{name: value for name, value in asked.items() if name != "TagSpecifications"},
            "Tags": {**tags_in(data), **tags_in(asked)},
            "MetadataOptions": {**data.get("MetadataOptions", {}), **asked.get("MetadataOptions", {})},
            "SubnetId": ec2._p(p, "SubnetId") or data.get("SubnetId", "")}
    return wanted_from(data, zone=ec2._p(p, "Placement.AvailabilityZone"), token=ec2._p(p, "ClientToken"))


def wanted_from(data, zone="", token=""):
    """What the data of a launch template ask for, `Tags` merged into them."""
    interface = (data.get("NetworkInterfaces") or [{}])[0]
    subnet = interface.get("SubnetId") or data.get("SubnetId") or default_subnet(zone)
    vpc = ec2._subnets.get(subnet, {}).get("VpcId")
    named = [group_named(name, vpc) for name in data.get("SecurityGroups") or []]
    groups = interface.get("Groups") or data.get("SecurityGroupIds") or named or [group_named("default", vpc)]
    profile = data.get("IamInstanceProfile") or {}
    return Wanted(
        image_id=data.get("ImageId") or missing("ImageId"),
        instance_type=data.get("InstanceType") or "m1.small",
        subnet_id=subnet,
        groups=groups,
        key_name=data.get("KeyName", ""),
        user_data=data.get("UserData", ""),
        profile=profile_of(profile),
        tags=data.get("Tags", {}),
        public=interface.get("AssociatePublicIpAddress"),
        protected=data.get("DisableApiTermination", False),
        shutdown=data.get("InstanceInitiatedShutdownBehavior", "stop"),
        metadata=data.get("MetadataOptions", {}),
        client_token=token,
    )


def missing(name):
    raise Refused("MissingParameter", f"The request must contain the parameter {name}")


def template_data(template):
    """The data of a launch template's version; empty where none is named. Raises Refused."""
    data, record, error = ec2._resolve_launch_template_data(template)
    if error is not None:
        if template.get("LaunchTemplateName"):
            raise Refused("InvalidLaunchTemplateName.NotFoundException",
                          f"The specified launch template, with template name {template['LaunchTemplateName']}, does not exist.")
        raise Refused("InvalidLaunchTemplateId.NotFound",
                      f"The specified launch template, with template ID {template['LaunchTemplateId']}, does not exist.")
    version = template.get("Version") or "$Default"
    if record and version.isdigit() and all(one["VersionNumber"] != int(version) for one in record["Versions"]):
        raise Refused("InvalidLaunchTemplateId.VersionNotFound",
                      f"Could not find launch template version {version} of {record['LaunchTemplateId']}.")
    return data


def tags_in(data):
    of_instances = [one for one in data.get("TagSpecifications") or [] if one["ResourceType"] == "instance"]
    return {tag["Key"]: tag["Value"] for one in of_instances for tag in one["Tags"]}


def default_subnet(zone):
    for subnet in ec2._subnets.values():
        if subnet.get("DefaultForAz") and zone in ("", subnet["AvailabilityZone"]):
            return subnet["SubnetId"]
    raise Refused("InvalidParameterValue", f"Invalid availability zone: [{zone}]")


def group_named(name, vpc):
    for group in ec2._security_groups.values():
        if group["GroupName"] == name and group["VpcId"] == vpc:
            return group["GroupId"]
    if name == "default":
        return ec2._DEFAULT_SG_ID
    raise Refused("InvalidGroup.NotFound", f"The security group '{name}' does not exist in VPC '{vpc}'")


def profile_of(profile):
    found, error = ec2._resolve_iam_instance_profile(iam_arn=profile.get("Arn", ""), iam_name=profile.get("Name", ""))
    if error is not None:
        name = profile.get("Name") or profile.get("Arn")
        raise Refused("InvalidParameterValue",
                      f"Value ({name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name")
    return found


def check(wanted):
    """Raises Refused for all that AWS refuses and the emulator does not look at."""
    images.image_of(wanted.image_id)
    if not re.fullmatch(r"[a-z0-9-]+\.[a-z0-9-]+", wanted.instance_type):
        raise Refused("InvalidParameterValue", f"Invalid value '{wanted.instance_type}' for InstanceType.")
    subnet = ec2._subnets.get(wanted.subnet_id)
    if subnet is None:
        raise Refused("InvalidSubnetID.NotFound", f"The subnet ID '{wanted.subnet_id}' does not exist")
    for group in wanted.groups:
        if group not in ec2._security_groups:
            raise Refused("InvalidGroup.NotFound", f"The security group '{group}' does not exist")
    if wanted.key_name:
        keys.public_key(wanted.key_name)
    try:
        user_data.decoded(wanted.user_data)
    except ValueError as error:
        raise Refused("InvalidParameterValue", str(error)) from None
    fault = faults.take("RunInstances", subnet["AvailabilityZone"])
    if fault is not None:
        raise Refused(*fault)


def launch(wanted, count):
    """Makes records in the state pending, and starts their hosts."""
    records = ec2_records(
        image_id=wanted.image_id, instance_type=wanted.instance_type, subnet_id=wanted.subnet_id, count=count,
        key_name=wanted.key_name, user_data=wanted.user_data, sg_ids=wanted.groups, iam_profile=wanted.profile,
    )
    image, user = images.image_of(wanted.image_id)
    for index, instance in enumerate(records):
        instance["AmiLaunchIndex"] = index
        instance["ClientToken"] = wanted.client_token
        instance["MetadataOptions"] = wanted.metadata
        instance["_protected"], instance["_shutdown"] = wanted.protected, wanted.shutdown
        ec2._tags[instance["InstanceId"]] = [{"Key": key, "Value": value} for key, value in wanted.tags.items()]
        host = place(instance, wanted.public)
        states.in_background(host, states.boot, image, plan_of(instance, user))
    return records


# The emulator's own maker of records.
ec2_records = ec2._launch_instances_internal


def launch_internal(image_id, instance_type, subnet_id, count, key_name="", user_data="", sg_ids=None,
                    requested_private_ip=None, iam_profile=None):
    """What the emulator calls where it launches by itself (CreateFleet, CloudFormation)."""
    wanted = Wanted(image_id, instance_type, subnet_id, sg_ids or [ec2._DEFAULT_SG_ID], key_name, user_data, iam_profile)
    check(wanted)
    return launch(wanted, count)


def place(instance, public):
    """Its addresses: of the local network, whatever the addresses of its subnet are."""
    host = hosts.take_address(instance)
    if host is None:
        ec2._discard_instance_records(instance)
        raise Refused("InsufficientFreeAddressesInSubnet", "The local EC2 has no more addresses.")
    subnet = ec2._subnets[instance["SubnetId"]]
    instance["Placement"]["AvailabilityZone"] = subnet["AvailabilityZone"]
    dashed = host.address.replace(".", "-")
    region = ec2.get_region()
    instance["PrivateIpAddress"] = host.address
    instance["PrivateDnsName"] = f"ip-{dashed}.{region}.compute.internal"
    # The one address serves as both: this machine reaches it as it is.
    instance["_public"] = subnet.get("MapPublicIpOnLaunch") if public is None else public
    states.set_state(instance, "pending")
    show_public(instance)
    return host


def show_public(instance):
    """A public address belongs to an instance while it runs."""
    shown = instance["_public"] and states.state_of(instance) in ("pending", "running")
    address = instance["PrivateIpAddress"] if shown else ""
    instance["PublicIpAddress"] = address
    name = f"ec2-{address.replace('.', '-')}.{ec2.get_region()}.compute.amazonaws.com"
    instance["PublicDnsName"] = name if shown else ""


def plan_of(instance, user):
    """What the host is to do at its first boot; see host/boot.py."""
    steps = user_data.steps_of(user_data.decoded(instance["UserData"]))
    own = [keys.public_key(instance["KeyName"])] if instance["KeyName"] else []
    return {
        "id": instance["InstanceId"],
        "user": user,
        "keys": own + steps["keys"],
        "environment": {"AWS_ENDPOINT_URL": SETTINGS.endpoint, "AWS_REGION": ec2.get_region(),
                        "AWS_DEFAULT_REGION": ec2.get_region()},
        "metadata": f"{SETTINGS.gateway}:{SETTINGS.metadata_port}",
        "early": steps["early"],
        "late": steps["late"],
        "notes": steps["notes"],
    }
