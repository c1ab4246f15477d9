/** Runs inside a Python: unpacks the named collections of a wheel, nothing else of its 500 MB. */
export const UNPACK_COLLECTIONS = `
import sys, zipfile
wheel, target, *names = sys.argv[1:]
wanted = tuple('ansible_collections/' + name.replace('.', '/') + '/' for name in names)
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(target, [entry for entry in archive.namelist() if entry.startswith(wanted)])
`;
