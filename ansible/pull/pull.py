"""Runs a playbook on the machine it runs on: gets its bundle from S3, checks it, and lets Ansible work here.

It comes to an instance by Run Command or as its user data, and reads one JSON object from standard input (with `object` it
prints that object of S3, which is the input of another command, and nothing more):

    id       name of this run; a run of the same name is not repeated, its result is told again
    region, bucket
    bundle   {key, sha256}: the playbooks, an archive whose content never changes
    play     {argv, env, cwd, files: [{path, text, mode}], hosts: {instance id: name}, inventory: {path, document}}
    values   {key, sha256} in place of `play`: an object in S3 that holds it, with its secrets
    objects  [{file, key, bucket, version, sha256}]: more files for the playbook
    vault    {parameter} or {secret}: the password of Ansible Vault, for runs without secrets of their own

What happened goes to standard output, packed, as Run Command keeps 24,000 characters; words for people to standard error; all of
it to /var/log/automation-stack. Python's standard library alone is used, and nothing newer than Python 3.7.
"""

import base64
import fcntl
import glob
import gzip
import hashlib
import hmac
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.parse
import urllib.request

HOME = "/var/lib/automation-stack"
RUN = "/run/automation-stack"
LOGS = "/var/log/automation-stack"
METADATA = "http://169.254.169.254/latest"
MARK = "#automation-stack:events\n"
# Less than Run Command keeps, in characters.
LONGEST_OUTPUT = 23000
LONGEST_WORDS = 6000
# Bundles and results that are kept.
KEPT = 5
# How long credentials, network and permissions may take to come at a first boot.
PATIENCE_SECONDS = 120
GAP_SECONDS = 3
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Failed(Exception):
    """What is told to people; nothing was changed on this machine."""


def metadata(path):
    ask = urllib.request.Request(METADATA + "/api/token", method="PUT", headers={"X-aws-ec2-metadata-token-ttl-seconds": "300"})
    with DIRECT.open(ask, timeout=5) as answer:
        token = answer.read().decode()
    ask = urllib.request.Request(METADATA + "/meta-data/" + path, headers={"X-aws-ec2-metadata-token": token})
    with DIRECT.open(ask, timeout=5) as answer:
        return answer.read().decode()


def credentials():
    role = metadata("iam/security-credentials/").split()[0]
    return json.loads(metadata("iam/security-credentials/" + role))


def domain():
    try:
        return metadata("services/domain").strip() or "amazonaws.com"
    except OSError:
        return "amazonaws.com"


def signed(method, url, region, service, body=b"", headers=()):
    """A request with AWS's signature, version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html"""
    keys = credentials()
    parts = urllib.parse.urlsplit(url)
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    digest = hashlib.sha256(body).hexdigest()
    sent = dict(headers)
    sent.update({"host": parts.netloc, "x-amz-date": now, "x-amz-content-sha256": digest, "x-amz-security-token": keys["Token"]})
    names = ";".join(sorted(sent))
    lines = "".join("%s:%s\n" % (name, sent[name]) for name in sorted(sent))
    canonical = "\n".join([method, parts.path, parts.query, lines, names, digest])
    scope = "/".join([now[:8], region, service, "aws4_request"])
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + keys["SecretAccessKey"]).encode()
    for word in scope.split("/"):
        key = hmac.new(key, word.encode(), hashlib.sha256).digest()
    sent["Authorization"] = "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
        keys["AccessKeyId"], scope, names, hmac.new(key, text.encode(), hashlib.sha256).hexdigest())
    return urllib.request.Request(url, data=body or None, headers=sent, method=method)


def patiently(what, work):
    """Instance profiles and their permissions come some seconds late."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return work()
        except (OSError, IndexError, ValueError, KeyError) as error:
            detail = error.read().decode("utf-8", "replace")[:300] if isinstance(error, urllib.error.HTTPError) else ""
            if time.monotonic() > deadline:
                raise Failed("%s: %s %s" % (what, error, detail))
        time.sleep(GAP_SECONDS)


def get_object(region, place, file):
    """Gets an object into a file, and checks it: what is not the one that was asked for is not kept."""
    bucket, key, endpoint = place["bucket"], urllib.parse.quote(place["key"]), os.environ.get("AWS_ENDPOINT_URL")
    query = "?versionId=" + urllib.parse.quote(place["version"], safe="") if place.get("version") else ""

    def work():
        host = "s3.%s.%s" % (region, domain())
        base = "%s/%s" % (endpoint.rstrip("/"), bucket) if endpoint else "https://%s/%s" % (host, bucket) if "." in bucket \
            else "https://%s.%s" % (bucket, host)
        digest = hashlib.sha256()
        with urllib.request.urlopen(signed("GET", "%s/%s%s" % (base, key, query), region, "s3"), timeout=60) as answer:
            with open(file, "wb") as target:
                for chunk in iter(lambda: answer.read(1 << 20), b""):
                    digest.update(chunk)
                    target.write(chunk)
        return digest.hexdigest()

    name = "s3://%s/%s" % (bucket, place["key"])
    found = patiently("cannot get " + name, work)
    if found != place["sha256"]:
        os.remove(file)
        raise Failed("%s is not the one of this run: its checksum is %s, not %s" % (name, found, place["sha256"]))


def ask_json(region, service, target, body):
    url = os.environ.get("AWS_ENDPOINT_URL") or "https://%s.%s.%s" % (service, region, domain())
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": target}
    request = signed("POST", url.rstrip("/") + "/", region, service, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read().decode())


def vault_password(region, vault):
    if "parameter" in vault:
        body = {"Name": vault["parameter"], "WithDecryption": True}
        found = patiently("cannot read " + vault["parameter"], lambda: ask_json(region, "ssm", "AmazonSSM.GetParameter", body))
        return found["Parameter"]["Value"]
    body = {"SecretId": vault["secret"]}
    found = patiently("cannot read " + vault["secret"], lambda: ask_json(region, "secretsmanager", "secretsmanager.GetSecretValue", body))
    return found["SecretString"]


def install_ansible():
    if shutil.which("ansible-playbook"):
        return
    # Without what Debian recommends beside it: hundreds of MB of collections.
    apt = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", "-o", "APT::Install-Recommends=false"]
    for words in (apt, ["dnf", "-q"], ["yum", "-q"]):
        if shutil.which(words[0]) is None:
            continue
        env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        steps = [["update"]] if words is apt else []
        for step in steps + [["install", "-y", "ansible-core"]]:
            done = subprocess.run(words + step, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode == 0:
            return
        raise Failed("ansible-core cannot be installed: " + done.stdout.decode("utf-8", "replace")[-500:])
    raise Failed("there is no ansible-playbook here, and no package manager that is known")


def unpack(request):
    """The bundle, in a folder named after its checksum: it is there whole or not at all."""
    bundle = request["bundle"]
    folder = os.path.join(HOME, "bundles", bundle["sha256"])
    if not os.path.isdir(folder):
        draft = "%s.%d" % (folder, os.getpid())
        os.makedirs(draft, mode=0o700)
        try:
            get_object(request["region"], dict(bundle, bucket=request["bucket"]), draft + ".tar.gz")
            with tarfile.open(draft + ".tar.gz") as archive:
                # Newer Pythons want to be told that nothing in it may lie outside of the folder.
                archive.extractall(draft, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
            os.rename(draft, folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
            if os.path.exists(draft + ".tar.gz"):
                os.remove(draft + ".tar.gz")
    os.utime(folder)
    keep_newest(os.path.join(HOME, "bundles", "*"))
    return folder


def keep_newest(pattern, kept=KEPT):
    for path in sorted(glob.glob(pattern), key=os.path.getmtime)[:-kept]:
        shutil.rmtree(path, ignore_errors=True) if os.path.isdir(path) else os.remove(path)


def write(path, text, mode):
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)


def prepare(request, folder, me):
    """The play with all its files; what it holds of secrets lies in memory."""
    if "values" in request:
        file = os.path.join(folder, "values.json")
        get_object(request["region"], dict(request["values"], bucket=request["bucket"]), file)
        with open(file) as text:
            play = json.load(text)
        os.remove(file)
    else:
        play = request["play"]
    name = play["hosts"].get(me, me)
    document = play["inventory"]["document"]
    hosts = document["all"].setdefault("hosts", {})
    # An instance that nobody knew of when this was written is of all of its groups.
    if name not in hosts:
        hosts[name] = {"instance_id": me}
        for group in document["all"].get("children", {}).values():
            group.setdefault("hosts", {})[name] = {}
    hosts[name]["ansible_connection"] = "local"
    write(play["inventory"]["path"], json.dumps(document), 0o600)
    for file in play["files"]:
        write(file["path"], file["text"], file["mode"])
    for one in request.get("objects", []):
        get_object(request["region"], dict(one, bucket=one.get("bucket", request["bucket"])), one["file"])
    if "vault" in request:
        play["env"]["AUTOMATION_STACK_VAULT_PASSWORD"] = vault_password(request["region"], request["vault"])
    play["argv"] = [word.replace("{name}", name) for word in play["argv"]]
    return play


def run(play, log):
    """Runs Ansible. Returns its exit code, its events and its words."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("ANSIBLE_", "AUTOMATION_STACK_"))}
    env = dict(kept, HOME="/root", LC_ALL="C.UTF-8")
    env.update(play["env"])
    child = subprocess.Popen(play["argv"], cwd=play["cwd"], env=env, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, errors="replace")
    # Who cancels the command ends Ansible, not only us.
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    events, words = [], []
    for line in child.stdout:
        log.write(line)
        at = line.find('{"event":')
        (events if at >= 0 else words).append(line[max(at, 0):].rstrip("\n"))
    return child.wait(), events, words


def is_bad(line):
    event = json.loads(line)
    return event.get("event") == "stats" or event.get("status") in ("failed", "unreachable")


def packed(events):
    """All events if they fit, else those that tell the most."""
    def kind(line):
        return json.loads(line).get("event")

    for keep in (lambda _: True, lambda line: kind(line) != "diff", lambda line: kind(line) in ("host", "stats"), is_bad):
        text = "\n".join(line for line in events if keep(line))
        found = base64.b64encode(gzip.compress(text.encode(), 9)).decode()
        if len(found) <= LONGEST_OUTPUT:
            return found
    return base64.b64encode(gzip.compress(events[-1].encode(), 9)).decode()


def tell(result):
    sys.stdout.write(MARK + result["events"] + "\n")
    sys.stderr.write(result["words"][-LONGEST_WORDS:])
    return result["code"]


def work(request):
    for folder in (HOME, RUN, LOGS, os.path.join(HOME, "results")):
        os.makedirs(folder, mode=0o700, exist_ok=True)
    # What the image of another instance brings along was not done here.
    me = patiently("there is no metadata service", lambda: metadata("instance-id"))
    result_file = os.path.join(HOME, "results", "%s.%s.json" % (request["id"], me))
    lock = open(os.path.join(RUN, "lock"), "w")
    # Two at once would work against each other; the second of the same name has nothing to do.
    fcntl.flock(lock, fcntl.LOCK_EX)
    if os.path.exists(result_file):
        with open(result_file) as text:
            return tell(json.load(text))
    # Secrets lie in memory, where Linux runs no programs; what has to run lies beside the bundles.
    folders = [os.path.join(place, request["id"]) for place in (RUN, os.path.join(HOME, "work"))]
    for folder in folders:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    try:
        unpack(request)
        install_ansible()
        play = prepare(request, folders[0], me)
        log_file = os.path.join(LOGS, request["id"] + ".log")
        with open(os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as log:
            code, events, words = run(play, log)
    finally:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
    keep_newest(os.path.join(LOGS, "*.log"), 20)
    words = "\n".join(words[-40:] + ["full log: %s" % log_file, ""])
    if "play" in request:
        # At a boot people read what is printed.
        sys.stdout.write("\n".join([line for line in events if is_bad(line)] + [words]))
        return code
    result = {"code": code, "events": packed(events), "words": words}
    write(result_file + ".new", json.dumps(result), 0o600)
    os.rename(result_file + ".new", result_file)
    keep_newest(os.path.join(HOME, "results", "*.json"), 20)
    return tell(result)


def print_object(request):
    os.makedirs(RUN, mode=0o700, exist_ok=True)
    file = os.path.join(RUN, "object.%d" % os.getpid())
    try:
        get_object(request["region"], request["object"], file)
        with open(file, "rb") as source:
            shutil.copyfileobj(source, sys.stdout.buffer)
    finally:
        if os.path.exists(file):
            os.remove(file)
    return 0


def main():
    request = json.load(sys.stdin)
    try:
        return print_object(request) if "object" in request else work(request)
    except Failed as failed:
        sys.stderr.write("automation-stack: %s\n" % failed)
        return 1


if __name__ == "__main__":
    sys.exit(main())
