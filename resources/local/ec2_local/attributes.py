"""Attributes of instances: termination protection and what else the emulator does not keep."""

from ministack.services import ec2

from ec2_local import states
from ec2_local.answers import Refused, dry_run
from ec2_local.instances import metadata_options
from ec2_local.named import instances_of

emulator_describe = ec2._describe_instance_attribute


def describe_instance_attribute(p):
    (instance,) = instances_of(p)
    name = ec2._p(p, "Attribute")
    dry_run(p)
    values = {
        "disableApiTermination": "true" if instance.get("_protected") else "false",
        "instanceInitiatedShutdownBehavior": instance.get("_shutdown", "stop"),
        "userData": instance.get("UserData", ""),
    }
    if name not in values:
        return emulator_describe(p)
    value = f"<value>{ec2._esc(values[name])}</value>" if values[name] else ""
    return ec2._xml(200, "DescribeInstanceAttributeResponse",
                    f"<instanceId>{instance['InstanceId']}</instanceId><{name}>{value}</{name}>")


def modify_instance_attribute(p):
    (instance,) = instances_of(p)

    def asked(name):
        """The new value, in either of the two forms that the API takes; None where it is not asked for."""
        lower = f"{name[0].lower()}{name[1:]}"
        by_name = ec2._p(p, f"{name}.Value") or ec2._p(p, name)
        return by_name or (ec2._p(p, "Value") if ec2._p(p, "Attribute") == lower else "") or None

    changes = {"_protected": asked("DisableApiTermination"), "_shutdown": asked("InstanceInitiatedShutdownBehavior"),
               "InstanceType": asked("InstanceType"), "UserData": asked("UserData"),
               "SourceDestCheck": asked("SourceDestCheck")}
    for name in ("InstanceType", "UserData"):
        if changes[name] is not None and states.state_of(instance) != "stopped":
            raise Refused("IncorrectInstanceState", f"The instance '{instance['InstanceId']}' is not in the 'stopped' state.")
    groups = ec2._parse_member_list(p, "GroupId")
    for group in groups:
        if group not in ec2._security_groups:
            raise Refused("InvalidGroup.NotFound", f"The security group '{group}' does not exist")
    dry_run(p)
    for name, value in changes.items():
        if value is not None:
            instance[name] = value.lower() == "true" if name in ("_protected", "SourceDestCheck") else value
    if groups:
        instance["SecurityGroups"] = [
            {"GroupId": one, "GroupName": ec2._security_groups[one]["GroupName"]} for one in groups
        ]
    return ec2._xml(200, "ModifyInstanceAttributeResponse", "<return>true</return>")


def modify_instance_metadata_options(p):
    (instance,) = instances_of(p)
    dry_run(p)
    names = ("HttpTokens", "HttpEndpoint", "HttpPutResponseHopLimit", "InstanceMetadataTags")
    asked = {name: ec2._p(p, name) for name in names if ec2._p(p, name)}
    instance["MetadataOptions"] = {**instance.get("MetadataOptions", {}), **asked}
    items = "".join(f"<{name[0].lower()}{name[1:]}>{value}</{name[0].lower()}{name[1:]}>"
                    for name, value in metadata_options(instance).items())
    return ec2._xml(200, "ModifyInstanceMetadataOptionsResponse",
                    f"<instanceId>{instance['InstanceId']}</instanceId>"
                    f"<instanceMetadataOptions><state>pending</state>{items}</instanceMetadataOptions>")
