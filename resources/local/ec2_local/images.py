"""Machine images. Every public one stands for the local host image, and determines the default user.

CreateImage makes images of instances; they end with the local environment.
"""

import re
import threading

from ministack.services import ec2, ssm

from ec2_local import hosts, states
from ec2_local.answers import Refused, dry_run
from ec2_local.filters import refuse_unknown
from ec2_local.named import instances_of
from ec2_local.settings import SETTINGS

DEBIAN = "ami-0deb1200000000001"
DEBIAN_PARAMETER = "/aws/service/debian/release/12/latest/amd64"
# Image names and the users that they bring.
DEFAULT_USERS = (
    (re.compile(r"^(amzn|al20\d\d)"), "ec2-user"),
    (re.compile(r"^ubuntu/"), "ubuntu"),
    (re.compile(r""), "admin"),
)
# What the emulator's images are held against.
FILTERS = {
    "architecture", "description", "image-id", "is-public", "name", "owner-alias", "owner-id", "platform",
    "root-device-name", "root-device-type", "state", "tag-key", "virtualization-type",
}


def add_debian():
    """The emulator knows images of Amazon and Canonical, but not the system that local hosts really have."""
    ec2._STUB_AMIS.append((DEBIAN, "debian-12-amd64-20250115-1993", "Debian 12", "", "/dev/xvda", "136693071363", None))
    ssm._PUBLIC_AMI_PARAMETERS[DEBIAN_PARAMETER] = DEBIAN


def image_of(image_id):
    """The engine's image and the default user of a machine image. Raises Refused."""
    if not re.fullmatch(r"ami-([0-9a-f]{8}|[0-9a-f]{17})", image_id):
        raise Refused("InvalidAMIID.Malformed", f'Invalid id: "{image_id}"')
    registered = ec2._registered_image(image_id)
    if registered is not None:
        if not registered.get("ImageLocation") or registered.get("_state", "available") != "available":
            raise Refused("InvalidAMIID.Unavailable", f"The image ID '{image_id}' is not available")
        return registered["ImageLocation"], registered.get("_user") or default_user(registered["Name"])
    for known, name, _, platform, *_ in ec2._STUB_AMIS:
        if known == image_id and platform == "windows":
            raise Refused("UnsupportedOperation", "The local EC2 runs no Windows.")
        if known == image_id:
            return SETTINGS.image, default_user(name)
    raise Refused("InvalidAMIID.NotFound", f"The image id '[{image_id}]' does not exist")


def default_user(image_name):
    return next(user for pattern, user in DEFAULT_USERS if pattern.search(image_name))


def describe_images(p):
    filters = ec2._parse_filters(p)
    refuse_unknown(filters, FILTERS)
    dry_run(p)
    known = {one[0] for one in ec2._STUB_AMIS} | set(ec2._images)
    for one in ec2._parse_member_list(p, "ImageId"):
        if one not in known and ec2._registered_image(one) is None:
            raise Refused("InvalidAMIID.NotFound", f"The image id '[{one}]' does not exist")
    status, headers, body = emulator_describe(p)
    # The emulator tells neither when an image was made, nor that it is being made.
    for one in [*ec2._images.values(), *map(public_image, ec2._STUB_AMIS)]:
        begin = f"<imageId>{one['ImageId']}</imageId>"
        date = f"{begin}<creationDate>{one['CreationDate']}</creationDate>"
        body = body.replace(begin.encode(), date.encode())
        if one.get("_state", "available") != "available":
            pattern = re.escape(date) + r"(.*?)<imageState>available<"
            body = re.sub(pattern.encode(), f"{date}\\1<imageState>{one['_state']}<".encode(), body, flags=re.DOTALL)
    return status, headers, body


emulator_describe = ec2._describe_images


def public_image(stub):
    """Id and date of an image of the emulator: names of public images have their date in them."""
    year, month, day = re.search(r"(20\d\d)(\d\d)(\d\d)|$", stub[1]).groups()
    date = f"{year}-{month}-{day}" if year else "2024-10-10"
    return {"ImageId": stub[0], "CreationDate": f"{date}T00:00:00.000Z"}


def create_image(p):
    """An image of an instance's disk: its container as it stands, without the volume of an engine inside."""
    (instance,) = instances_of(p)
    name = ec2._p(p, "Name")
    if not ec2._AMI_NAME_RE.match(name):
        raise Refused("InvalidAMIName.Malformed", "AMI names must be between 3 and 128 characters long")
    if any(one["Name"] == name for one in ec2._images.values()):
        raise Refused("InvalidAMIName.Duplicate", f"AMI name {name} is already in use by another AMI")
    if states.state_of(instance) not in ("running", "stopped"):
        raise Refused("IncorrectState",
                      f"The instance '{instance['InstanceId']}' is not in a state from which an image can be made.")
    dry_run(p)
    image_id = ec2._new_image_id()
    ec2._images[image_id] = {
        "ImageId": image_id,
        "Name": name,
        "ImageLocation": f"{SETTINGS.name}-ami:{image_id}",
        "Description": ec2._p(p, "Description"),
        "Architecture": "x86_64",
        "RootDeviceType": "ebs",
        "RootDeviceName": "/dev/xvda",
        "BlockDeviceMappings": [],
        "VirtualizationType": "hvm",
        "CreationDate": ec2._now_ts(),
        "OwnerId": ec2.get_account_id(),
        "_state": "pending",
        "_user": image_of(instance["ImageId"])[1],
    }
    ec2._parse_tag_specs(p, "image", image_id)
    states.in_background(hosts.host_of(instance["InstanceId"]), commit, ec2._images[image_id])
    return ec2._xml(200, "CreateImageResponse", f"<imageId>{image_id}</imageId>")


def commit(host, image):
    try:
        hosts.docker("commit", host.container, image["ImageLocation"])
        image["_state"] = "available"
    except hosts.HostFailed as error:
        image["_state"] = "failed"
        states.logger.warning("%s: %s", image["ImageId"], error)


def deregister_image(p):
    image = ec2._images.get(ec2._p(p, "ImageId"))
    dry_run(p)
    answer = ec2._deregister_image(p)
    if image and "_state" in image:
        threading.Thread(target=remove_image, args=(image["ImageLocation"],), daemon=True).start()
    return answer


def remove_image(location):
    try:
        hosts.docker("rmi", location)
    # Instances of it still run: the engine keeps what they need, as AWS does.
    except hosts.HostFailed as error:
        states.logger.info("%s: %s", location, error)
