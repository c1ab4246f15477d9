"""Packs a folder into a .tar.gz that depends on its content alone, and prints the SHA-256 of what is in it.

Arguments: the folder, the file to write (- for none), and what to leave out, as paths in the folder. Runs on the machine that runs
Ansible, with any Python 3.
"""

import gzip
import hashlib
import io
import os
import sys
import tarfile


def members(folder, excluded):
    """The paths of all files and links, in an order that no file system changes."""
    for directory, names, files in os.walk(folder):
        relative = os.path.relpath(directory, folder)
        inside = "" if relative == "." else relative + "/"
        names[:] = sorted(name for name in names if inside + name not in excluded)
        links = [name for name in names if os.path.islink(os.path.join(directory, name))]
        yield from (inside + name for name in sorted(files + links) if inside + name not in excluded)


def plain(member):
    """Without owner and times; of the mode only whether it is executable."""
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    member.mode = 0o755 if member.mode & 0o100 else 0o644
    return member


def main(folder, destination, *excluded):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path in members(folder, set(excluded)):
            archive.add(os.path.join(folder, path), path, recursive=False, filter=plain)
    if destination != "-":
        with open(destination, "wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as stream:
            stream.write(packed.getvalue())
    print(hashlib.sha256(packed.getvalue()).hexdigest())


main(*sys.argv[1:])
