"""User data, as cloud-init reads it: what a host does at its first boot.

Known are scripts (`#!`), `#cloud-config` with bootcmd, write_files, packages, runcmd and ssh_authorized_keys, MIME parts
of both, and all of it gzipped. What else a cloud-config asks for is not done, and the console says so.
"""

import base64
import binascii
import email
import gzip
import shlex
import zlib

import yaml

KNOWN = {"bootcmd", "write_files", "packages", "package_update", "runcmd", "ssh_authorized_keys"}
# By AWS documentation the limit counts before base64.
LIMIT_BYTES = 16 * 1024


def decoded(text):
    """The bytes of a request's user data. Raises ValueError in the words that AWS refuses with."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("Invalid BASE64 encoding of user data.") from None
    if len(data) > LIMIT_BYTES:
        raise ValueError(f"User data is limited to {LIMIT_BYTES} bytes")
    return data


def steps_of(data):
    """What to do: `early` (before sshd) and `late` steps, keys to authorize, and notes on what is not done."""
    plan = {"early": [], "late": [], "keys": [], "notes": []}
    try:
        read_part(gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data, plan)
    except (OSError, EOFError, zlib.error) as error:
        plan["notes"].append(f"user data that cannot be unpacked: {error}")
    return plan


def read_part(data, plan):
    data = data.removeprefix(b"\xef\xbb\xbf")
    first = data.lstrip().split(b"\n", 1)[0].strip().decode("utf-8", "replace")
    if first.startswith("#!"):
        # Whatever bytes a script has, it gets them back; see host/boot.py.
        plan["late"].append({"script": data.lstrip().decode("utf-8", "surrogateescape")})
    elif first == "#cloud-config":
        read_config(data, plan)
    elif first.lower().startswith(("content-type: multipart/", "mime-version:")):
        for part in email.message_from_bytes(data.lstrip()).walk():
            if not part.is_multipart():
                read_part(part.get_payload(decode=True) or b"", plan)
    elif first:
        plan["notes"].append(f"user data that begins with {first[:40]!r} is not run")


def read_config(data, plan):
    try:
        config = yaml.safe_load(data) or {}
        if not isinstance(config, dict):
            raise ValueError("it is no mapping")
        unknown = sorted(set(config) - KNOWN)
        plan["notes"] += [f"the local EC2 does not know {name} of cloud-config: it is not done" for name in unknown]
        if config.get("bootcmd"):
            plan["early"].append({"script": script_of(config["bootcmd"])})
        plan["early"] += [file_of(one) for one in config.get("write_files") or []]
        plan["keys"] += list(config.get("ssh_authorized_keys") or [])
        if config.get("packages"):
            plan["late"].append({"script": packages_script(config["packages"])})
        if config.get("runcmd"):
            plan["late"].append({"script": script_of(config["runcmd"])})
    # cloud-init too goes on without a cloud-config that it cannot read.
    except (yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError) as error:
        plan["notes"].append(f"cloud-config that cannot be read: {error}")


def script_of(commands):
    """One script of all commands, as cloud-init makes it: one that fails stops none after it."""
    lines = [one if isinstance(one, str) else shlex.join(str(word) for word in one) for one in commands]
    return "#!/bin/sh\n" + "\n".join(lines) + "\n"


def packages_script(packages):
    names = shlex.join(str(one if isinstance(one, str) else one[0]) for one in packages)
    return ("#!/bin/sh\nexport DEBIAN_FRONTEND=noninteractive\n"
            f"apt-get -q update && exec apt-get -qy install {names}\n")


def file_of(given):
    """A file to write: content in base64, mode in octal."""
    content, encoding = given.get("content") or "", str(given.get("encoding") or "text/plain").lower()
    data = content if isinstance(content, bytes) else str(content).encode()
    if "64" in encoding:
        data = base64.b64decode(data)
    if encoding.startswith(("gz", "gzip")):
        data = gzip.decompress(data)
    return {
        "file": str(given["path"]),
        "content": base64.b64encode(data).decode(),
        "mode": str(given.get("permissions") or "0644"),
        "owner": str(given.get("owner") or "root:root"),
        "append": bool(given.get("append")),
    }
