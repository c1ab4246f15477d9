"""Machine images. Every Linux image stands for the local host image; it determines the default user."""

import re

from ministack.services import ec2, ssm

from ec2_local.answers import Refused
from ec2_local.settings import SETTINGS

DEBIAN = "ami-0deb1200000000001"
DEBIAN_PARAMETER = "/aws/service/debian/release/12/latest/amd64"
# Image names and the users that they bring.
DEFAULT_USERS = (
    (re.compile(r"^(amzn|al20\d\d)"), "ec2-user"),
    (re.compile(r"^ubuntu/"), "ubuntu"),
    (re.compile(r""), "admin"),
)


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
        if not registered.get("ImageLocation"):
            raise Refused("InvalidAMIID.Unavailable", f"The image ID '{image_id}' is not available")
        return registered["ImageLocation"], default_user(registered["Name"])
    for known, name, _, platform, *_ in ec2._STUB_AMIS:
        if known == image_id and platform == "windows":
            raise Refused("UnsupportedOperation", "The local EC2 runs no Windows.")
        if known == image_id:
            return SETTINGS.image, default_user(name)
    raise Refused("InvalidAMIID.NotFound", f"The image id '[{image_id}]' does not exist")


def default_user(image_name):
    return next(user for pattern, user in DEFAULT_USERS if pattern.search(image_name))
