import { createHash } from 'node:crypto';

/**
 * The content of the local images. No registry is needed: Debian packages from the machine's own mirror are unpacked
 * into a file system and imported. Each image is tagged by the hash of its recipe, so that an unchanged recipe is
 * never built twice and a changed one always is.
 */
export interface ImageRecipe {
  readonly name: 'host' | 'python' | 'busybox' | 'postgres' | 'mariadb' | 'php';
  /** Its purpose, for people. */
  readonly purpose: string;
  readonly packages: readonly string[];
  /** `debian`: a whole small system with these packages; `files`: only the files that `arrange` picks. */
  readonly kind: 'debian' | 'files';
  /** A /bin/sh script that gets the root folder of the image as $1, after the packages are in. */
  readonly arrange: string;
  /** Dockerfile instructions of the import. */
  readonly changes: readonly string[];
}

/** Leaves out documentation. The empty man1 exists because the installation of OpenJDK needs it. */
const TRIM = `
rm -rf "$1"/usr/share/doc/* "$1"/usr/share/locale/* "$1"/usr/share/man/*
mkdir -p "$1/usr/share/man/man1"
`;

const HOST: ImageRecipe = {
  name: 'host',
  purpose: 'hosts reached over SSH: Debian with systemd and sshd',
  kind: 'debian',
  packages: [
    ...['systemd-sysv', 'dbus', 'openssh-server', 'sudo', 'python3', 'python3-apt', 'python3-requests'],
    ...['ca-certificates', 'iproute2', 'iptables', 'procps', 'curl'],
  ],
  arrange: `${TRIM}
chroot "$1" useradd --create-home --shell /bin/bash deploy
echo 'deploy ALL=(ALL) NOPASSWD:ALL' > "$1/etc/sudoers.d/deploy"
chmod 440 "$1/etc/sudoers.d/deploy"

# Every host makes its own key when it starts first; one baked in would be everybody's.
rm -f "$1"/etc/ssh/ssh_host_*
mkdir -p "$1/etc/ssh/authorized_keys.d" "$1/etc/systemd/system/ssh.service.d"
cat > "$1/etc/ssh/sshd_config.d/automation-stack.conf" <<END
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile /etc/ssh/authorized_keys.d/%u
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin no
UseDNS no
MaxStartups 50:30:100
# bash under sshd reads the start files at every command unless it believes to be nested.
SetEnv SHLVL=2
END
cat > "$1/etc/systemd/system/ssh.service.d/host-key.conf" <<END
[Service]
ExecStartPre=
ExecStartPre=/bin/sh -c 'test -s /etc/ssh/ssh_host_ed25519_key || ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key'
ExecStartPre=/usr/sbin/sshd -t
END

# Nothing that wakes up by itself, and no consoles: a host rests at about 8 MB.
for unit in getty.target console-getty.service systemd-logind.service apt-daily.timer apt-daily-upgrade.timer \\
  dpkg-db-backup.timer e2scrub_all.timer fstrim.timer; do
  ln -sf /dev/null "$1/etc/systemd/system/$unit"
done
: > "$1/etc/machine-id"

# These hosts are thrown away: waiting for the disk at every package buys nothing.
echo force-unsafe-io > "$1/etc/dpkg/dpkg.cfg.d/unsafe-io"
# Empty lists with a fresh date make Ansible's cache_valid_time skip the first update.
mkdir -p "$1/var/lib/apt/lists"
touch -d 2000-01-01 "$1/var/lib/apt/lists"
`,
  changes: ['ENV container=docker', 'CMD ["/sbin/init"]'],
};

const PYTHON: ImageRecipe = {
  name: 'python',
  purpose: 'base of Python applications: Flask, gunicorn and the client of PostgreSQL',
  kind: 'debian',
  packages: ['python3-flask', 'gunicorn', 'python3-psycopg2', 'ca-certificates'],
  arrange: `${TRIM}
ln -sf python3 "$1/usr/bin/python"
`,
  changes: ['ENV LANG=C.UTF-8', 'CMD ["python3"]'],
};

const BUSYBOX: ImageRecipe = {
  name: 'busybox',
  purpose: 'base of the smallest applications: a static busybox',
  kind: 'files',
  packages: ['busybox-static'],
  arrange: `
for applet in $("$1/bin/busybox" --list); do
  [ "$applet" = busybox ] || ln -sf busybox "$1/bin/$applet"
done
rm -rf "$1/usr"
mkdir -p "$1/etc" "$1/tmp" "$1/usr" "$1/root"
ln -sf ../bin "$1/usr/bin"
ln -sf bin "$1/sbin"
chmod 1777 "$1/tmp"
printf 'root:x:0:0:root:/root:/bin/sh\\nnobody:x:65534:65534:nobody:/tmp:/bin/false\\n' > "$1/etc/passwd"
printf 'root:x:0:\\nnogroup:x:65534:\\n' > "$1/etc/group"
`,
  changes: ['ENV PATH=/bin', 'CMD ["sh"]'],
};

/** Shell of a database server that has none yet: a certificate of its own, beside its data. */
const certificate = (name: string): string =>
  `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=${name} -keyout "$data/server.key" -out "$data/server.crt"
  chmod 600 "$data/server.key"`;

/** Its data is thrown away with its container: nothing waits for the disk. Nobody is let in without TLS, as on RDS. */
const POSTGRES: ImageRecipe = {
  name: 'postgres',
  purpose: 'databases of applications: PostgreSQL',
  kind: 'debian',
  packages: ['postgresql', 'openssl'],
  arrange: `${TRIM}
rm -rf "$1"/etc/postgresql/* "$1"/var/lib/postgresql/*
cat > "$1/usr/local/bin/serve-postgres" <<'END'
#!/bin/sh
set -eu
data=/var/lib/postgresql/data
bin=$(echo /usr/lib/postgresql/*/bin)
if [ ! -s "$data/PG_VERSION" ]; then
  "$bin/initdb" --pgdata="$data" --encoding=UTF8 --locale=C.UTF-8 --no-sync --auth=peer
  ${certificate('postgres')}
  printf 'local all all peer\\nhostssl all all all scram-sha-256\\n' > "$data/pg_hba.conf"
fi
exec "$bin/postgres" -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp -c ssl=on -c fsync=off -c full_page_writes=off -c max_connections=200
END
chmod 755 "$1/usr/local/bin/serve-postgres"
`,
  changes: ['ENV LANG=C.UTF-8 PGHOST=/tmp', 'USER postgres', 'CMD ["/usr/local/bin/serve-postgres"]'],
};

/** The same for MariaDB. Root is whoever comes by the socket as the server's own user. */
const MARIADB: ImageRecipe = {
  name: 'mariadb',
  purpose: 'databases of applications: MariaDB',
  kind: 'debian',
  packages: ['mariadb-server', 'openssl'],
  arrange: `${TRIM}
rm -rf "$1"/var/lib/mysql/*
cat > "$1/usr/local/bin/serve-mariadb" <<'END'
#!/bin/sh
set -eu
data=/var/lib/mysql/data
if [ ! -d "$data/mysql" ]; then
  mariadb-install-db --no-defaults --datadir="$data" --auth-root-authentication-method=socket --auth-root-socket-user=mysql --skip-test-db
  ${certificate('mariadb')}
fi
exec mariadbd --no-defaults --datadir="$data" --socket=/var/lib/mysql/mysqld.sock --bind-address=0.0.0.0 --skip-name-resolve --require-secure-transport=ON --ssl-cert="$data/server.crt" --ssl-key="$data/server.key" --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=64M --max-connections=200
END
chmod 755 "$1/usr/local/bin/serve-mariadb"
`,
  changes: ['ENV LANG=C.UTF-8', 'USER mysql', 'CMD ["/usr/local/bin/serve-mariadb"]'],
};

/** What the role wordpress would fetch, so that an image that begins with it is made in seconds. */
const PHP: ImageRecipe = {
  name: 'php',
  purpose: 'base of PHP applications: Apache with PHP, and WordPress',
  kind: 'debian',
  packages: [
    ...['python3', 'python3-apt', 'ca-certificates', 'apache2', 'libapache2-mod-php8.2', 'php8.2-cli'],
    ...['curl', 'gd', 'intl', 'mbstring', 'mysql', 'opcache', 'xml', 'zip'].map((name) => `php8.2-${name}`),
    ...['wordpress', 'wordpress-theme-twentytwentythree'],
  ],
  arrange: TRIM,
  changes: ['ENV LANG=C.UTF-8', 'CMD ["bash"]'],
};

/** What every local environment has. */
export const IMAGE_RECIPES: readonly ImageRecipe[] = [HOST, PYTHON, BUSYBOX];

/** Made when something asks for it first. */
export const OPTIONAL_RECIPES = { postgres: POSTGRES, mariadb: MARIADB, php: PHP } as const;

/** Repositories of all local images start with this; `down --purge` removes them. */
export const IMAGE_PREFIX = 'automation-stack-local';

/**
 * Name and tag of a recipe's image.
 * @param machine the other parts of the hash: the package sources and the digest of the certificate authorities
 */
export function imageTag(recipe: ImageRecipe, machine: readonly string[]): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([recipe, machine]))
    .digest('hex')
    .slice(0, 12);
  return `${IMAGE_PREFIX}/${recipe.name}:${hash}`;
}
