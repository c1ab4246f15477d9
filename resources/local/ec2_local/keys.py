"""Key pairs with real keys: the emulator makes up what it answers, and keeps no public key."""

import base64
import hashlib

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from ministack.services import ec2

from ec2_local.answers import Refused, dry_run, is_true
from ec2_local.filters import matches, refuse_unknown

FILTERS = {"key-name", "key-pair-id", "fingerprint", "tag-key", "tag-value"}


def create_key_pair(p):
    name, kind = new_name(p), ec2._p(p, "KeyType") or "rsa"
    dry_run(p)
    if kind == "ed25519":
        key, form = ed25519.Ed25519PrivateKey.generate(), serialization.PrivateFormat.OpenSSH
    elif kind == "rsa":
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        form = serialization.PrivateFormat.TraditionalOpenSSL
    else:
        raise Refused("InvalidParameterValue", f"Value ({kind}) for parameter KeyType is invalid.")
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()
    material = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
    # By AWS documentation: SHA-1 of the private key for RSA keys that EC2 made.
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pair = keep(p, name, kind, public, colons(hashlib.sha1(der)) if kind == "rsa" else sha256(public))
    made = f"<keyMaterial>{material}</keyMaterial>"
    return ec2._xml(200, "CreateKeyPairResponse", short_xml(pair) + made + tags_xml(pair))


def import_key_pair(p):
    name = new_name(p)
    try:
        public = base64.b64decode(ec2._p(p, "PublicKeyMaterial")).decode().strip()
        key = serialization.load_ssh_public_key(public.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise Refused("InvalidKey.Format", "Key is not in valid OpenSSH public key format") from None
    dry_run(p)
    kind = "rsa" if isinstance(key, rsa.RSAPublicKey) else "ed25519"
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    pair = keep(p, name, kind, public, colons(hashlib.md5(der)) if kind == "rsa" else sha256(public))
    return ec2._xml(200, "ImportKeyPairResponse", short_xml(pair) + tags_xml(pair))


def delete_key_pair(p):
    name, pair_id = ec2._p(p, "KeyName"), ec2._p(p, "KeyPairId")
    pair = next((one for one in ec2._key_pairs.values() if name == one["KeyName"] or pair_id == one["KeyPairId"]), None)
    dry_run(p)
    if pair is None:
        # By AWS documentation a name that does not exist is no error, an id is.
        if pair_id:
            raise Refused("InvalidKeyPair.NotFound", f"The key pair '{pair_id}' does not exist")
        return ec2._xml(200, "DeleteKeyPairResponse", "<return>true</return>")
    ec2._key_pairs.pop(pair["KeyName"], None)
    ec2._tags.pop(pair["KeyPairId"], None)
    return ec2._xml(200, "DeleteKeyPairResponse", f"<return>true</return><keyPairId>{pair['KeyPairId']}</keyPairId>")


def describe_key_pairs(p):
    names, ids = ec2._parse_member_list(p, "KeyName"), ec2._parse_member_list(p, "KeyPairId")
    filters = ec2._parse_filters(p)
    refuse_unknown(filters, FILTERS)
    dry_run(p)
    pairs = list(ec2._key_pairs.values())
    for field, wanted in (("KeyName", names), ("KeyPairId", ids)):
        missing = [one for one in wanted if all(pair[field] != one for pair in pairs)]
        if missing:
            raise Refused("InvalidKeyPair.NotFound", f"The key pair '{missing[0]}' does not exist")
    items = ""
    for pair in pairs:
        values = {"key-name": [pair["KeyName"]], "key-pair-id": [pair["KeyPairId"]],
                  "fingerprint": [pair["KeyFingerprint"]]}
        asked = (not names or pair["KeyName"] in names) and (not ids or pair["KeyPairId"] in ids)
        if asked and matches(pair["KeyPairId"], values, filters):
            public = f"<publicKey>{pair['_public']}</publicKey>" if is_true(p, "IncludePublicKey") else ""
            items += (f"<item>{short_xml(pair)}<keyType>{pair['KeyType']}</keyType>"
                      f"<createTime>{pair['CreateTime']}</createTime>{public}{tags_xml(pair)}</item>")
    return ec2._xml(200, "DescribeKeyPairsResponse", f"<keySet>{items}</keySet>")


def public_key(name):
    """The public key of a pair, in OpenSSH's form. Raises Refused."""
    if name not in ec2._key_pairs:
        raise Refused("InvalidKeyPair.NotFound", f"The key pair '{name}' does not exist")
    return f"{ec2._key_pairs[name]['_public']} {name}"


def new_name(p):
    name = ec2._p(p, "KeyName")
    if not name:
        raise Refused("MissingParameter", "The request must contain the parameter KeyName")
    if name in ec2._key_pairs:
        raise Refused("InvalidKeyPair.Duplicate", f"The keypair '{name}' already exists.")
    return name


def keep(p, name, kind, public, fingerprint):
    pair = {
        "KeyName": name,
        "KeyFingerprint": fingerprint,
        "KeyPairId": f"key-0{ec2.new_uuid().replace('-', '')[:16]}",
        "KeyType": kind,
        "CreateTime": ec2._now_ts(),
        "_public": " ".join(public.split()[:2]),
    }
    ec2._key_pairs[name] = pair
    ec2._parse_tag_specs(p, "key-pair", pair["KeyPairId"])
    return pair


def short_xml(pair):
    return (f"<keyName>{ec2._esc(pair['KeyName'])}</keyName><keyFingerprint>{pair['KeyFingerprint']}</keyFingerprint>"
            f"<keyPairId>{pair['KeyPairId']}</keyPairId>")


def tags_xml(pair):
    return ec2._tag_set_xml(pair["KeyPairId"])


def colons(digest):
    return ":".join(f"{byte:02x}" for byte in digest.digest())


def sha256(public):
    return base64.b64encode(hashlib.sha256(base64.b64decode(public.split()[1])).digest()).decode().rstrip("=")
