"""Filters of lists: a name that AWS does not know is refused, where the emulator lets everything through."""

from ministack.services import ec2

from ec2_local.answers import Refused


def refuse_unknown(filters, known):
    for name in filters:
        if name not in known and not name.startswith("tag:"):
            raise Refused("InvalidParameterValue", f"The filter '{name}' is invalid")


def matches(resource_id, values, filters):
    """Whether a resource has one of the wanted values of every filter, or its tags have."""
    if not ec2._resource_matches_tag_filters(resource_id, filters):
        return False
    return all(
        any(ec2._glob_match(pattern, str(value)) for pattern in wanted for value in values[name])
        for name, wanted in filters.items()
        if name in values
    )


def values_of(instance):
    """What filters of instances are held against."""
    groups = instance.get("SecurityGroups", [])
    profile = instance.get("IamInstanceProfile") or {}
    return {
        "architecture": [instance["Architecture"]],
        "availability-zone": [instance["Placement"]["AvailabilityZone"]],
        "block-device-mapping.volume-id": [one["Ebs"]["VolumeId"] for one in instance["BlockDeviceMappings"]],
        "client-token": [instance.get("ClientToken", "")],
        "dns-name": [instance["PublicDnsName"]],
        "iam-instance-profile.arn": [profile.get("Arn", "")],
        "iam-instance-profile.id": [profile.get("Id", "")],
        "image-id": [instance["ImageId"]],
        "instance-id": [instance["InstanceId"]],
        "instance-state-code": [instance["State"]["Code"]],
        "instance-state-name": [instance["State"]["Name"]],
        "instance-type": [instance["InstanceType"]],
        "instance.group-id": [one["GroupId"] for one in groups],
        "instance.group-name": [one["GroupName"] for one in groups],
        "ip-address": [instance["PublicIpAddress"]],
        "key-name": [instance["KeyName"]],
        "launch-time": [instance["LaunchTime"]],
        "private-dns-name": [instance["PrivateDnsName"]],
        "private-ip-address": [instance["PrivateIpAddress"]],
        "network-interface.addresses.private-ip-address": [instance["PrivateIpAddress"]],
        "reservation-id": [f"r-{instance['InstanceId'][2:]}"],
        "root-device-type": [instance["RootDeviceType"]],
        "state-reason-code": [instance.get("StateReason", {}).get("Code", "")],
        "subnet-id": [instance["SubnetId"]],
        "vpc-id": [instance["VpcId"]],
    }


# By AWS documentation all that DescribeInstances and DescribeInstanceStatus can be asked for, as far as records hold it.
INSTANCE_FILTERS = {
    "architecture", "availability-zone", "block-device-mapping.volume-id", "client-token", "dns-name",
    "iam-instance-profile.arn", "iam-instance-profile.id", "image-id", "instance-id", "instance-state-code",
    "instance-state-name", "instance-type", "instance.group-id", "instance.group-name", "ip-address", "key-name",
    "launch-time", "private-dns-name", "private-ip-address", "network-interface.addresses.private-ip-address",
    "reservation-id", "root-device-type", "state-reason-code", "subnet-id", "vpc-id", "tag-key", "tag-value",
}


def matches_instance(instance, filters):
    return matches(instance["InstanceId"], values_of(instance), filters)
