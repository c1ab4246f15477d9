"""The instances that a call names."""

from ministack.services import ec2

from ec2_local.answers import Refused


def instances_of(p):
    """The instances that a call names. Raises Refused."""
    ids = ec2._parse_member_list(p, "InstanceId") or [ec2._p(p, "InstanceId")]
    if ids == [""]:
        raise Refused("MissingParameter", "The request must contain the parameter InstanceId")
    for one in ids:
        if not ec2._INSTANCE_ID_RE.match(one):
            raise Refused("InvalidInstanceID.Malformed", f'Invalid id: "{one}"')
    missing = [one for one in ids if one not in ec2._instances]
    if len(missing) == 1:
        raise Refused("InvalidInstanceID.NotFound", f"The instance ID '{missing[0]}' does not exist")
    if missing:
        raise Refused("InvalidInstanceID.NotFound", f"The instance IDs '{', '.join(missing)}' do not exist")
    return [ec2._instances[one] for one in ids]


def refusing_unknown(change_tags):
    """Tags belong to what is there; the emulator keeps them for any id."""

    def action(p):
        given = [one for one in ec2._parse_member_list(p, "ResourceId") if one.startswith("i-")]
        if given:
            instances_of({f"InstanceId.{number}": one for number, one in enumerate(given, 1)})
        return change_tags(p)

    return action
