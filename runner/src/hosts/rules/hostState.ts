/** Where the settings of a system, and the software that no package brought, lie. */
export const WATCHED = [
  '/etc',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/usr/local/etc',
  '/var/spool/cron',
  '/root/.ssh',
  '/home/*/.ssh',
] as const;
/** Files there that a system writes by itself. */
const RESTLESS = ['/etc/adjtime', '/etc/fake-hwclock.data', '/etc/mtab', '/etc/resolv.conf', '*.swp', '*~'];

const MARK = 'state ';

/**
 * A script for `sh -c`, run as root, that prints a digest of what a host is like: names, owners, modes, sizes and times of
 * the files in `WATCHED` and of those named on its standard input (separated by NUL), its packages, and whether the
 * services that start at boot run. A change of a file always changes its ctime, which nobody can set back.
 */
export function stateScript(): string {
  const file = `'%p %y %m %U %G %s %C@ %l\\n'`;
  // The times of a folder change with every draft that an editor makes in it; its files are listed themselves.
  const folder = `'%p %y %m %U %G\\n'`;
  const passed = RESTLESS.map((name) => `${name.startsWith('/') ? '-path' : '-name'} '${name}'`).join(' -o ');
  const print = `\\( -type d -printf ${folder} -o -printf ${file} \\)`;
  return [
    'export LC_ALL=C',
    '{',
    'uname -nr',
    `find ${WATCHED.join(' ')} -xdev \\( ${passed} \\) -o ${print} 2>/dev/null | sort`,
    `xargs -0 -r sh -c 'exec find "$@" -maxdepth 0 ${print.replaceAll("'", '"').replaceAll('\\n', '\\\\n')}' sh 2>/dev/null | sort`,
    'for file in /var/lib/dpkg/status /var/lib/rpm/rpmdb.sqlite /var/lib/rpm/Packages; do',
    '[ ! -e "$file" ] || stat -c "%n %s %Y" "$file"',
    'done',
    'systemctl list-unit-files --type=service --state=enabled --no-legend --plain 2>/dev/null |',
    'while read -r unit rest; do echo "$unit"; done | sort |',
    'xargs -r systemctl show --property=Id,ActiveState 2>/dev/null',
    `} | sha256sum | sed 's/^/${MARK}/; s/ *-$//'`,
  ].join('\n');
}

/** The digest that the script has printed; undefined where it has none. */
export function parseState(stdout: string): string | undefined {
  return new RegExp(`^${MARK}([0-9a-f]{64})$`, 'm').exec(stdout)?.[1];
}

/** Paths as the script reads them. */
export const stateInput = (paths: readonly string[]): string => paths.map((path) => `${path}\0`).join('');
