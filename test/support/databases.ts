import { execa } from 'execa';
import { imageNames } from '../../runner/src/local/localImages.js';
import { localSettings } from '../../runner/src/local/settings.js';
import { testLocalContext } from './localContext.js';

export const MASTER = { username: 'dbadmin', password: "Ma#ster $`\\1'2" } as const;
type Engine = 'mysql' | 'postgres';

/**
 * The servers' master is what RDS gives: no superuser, with the rights of its documentation.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.MasterAccounts.html
 */
const MYSQL_RIGHTS = [
  ...[
    'SELECT',
    'INSERT',
    'UPDATE',
    'DELETE',
    'CREATE',
    'DROP',
    'RELOAD',
    'PROCESS',
    'REFERENCES',
    'INDEX',
    'ALTER',
  ],
  ...[
    'SHOW DATABASES',
    'CREATE TEMPORARY TABLES',
    'LOCK TABLES',
    'EXECUTE',
    'REPLICATION SLAVE',
    'REPLICATION CLIENT',
  ],
  ...['CREATE VIEW', 'SHOW VIEW', 'CREATE ROUTINE', 'ALTER ROUTINE', 'CREATE USER', 'EVENT', 'TRIGGER'],
].join(', ');
const quoted = MASTER.password.replaceAll('\\', '\\\\').replaceAll("'", "''");
const SERVERS: Readonly<Record<Engine, { readonly input: string; readonly start: string }>> = {
  mysql: {
    input: `CREATE USER '${MASTER.username}'@'%' IDENTIFIED BY '${quoted}';\nGRANT ${MYSQL_RIGHTS} ON *.* TO '${MASTER.username}'@'%' WITH GRANT OPTION;\n`,
    start: `cat > /tmp/first.sql
chmod 644 /tmp/first.sql
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=database -keyout /tmp/key.pem -out /tmp/cert.pem 2>/dev/null
chown mysql /tmp/key.pem /tmp/cert.pem
mkdir -p /run/mysqld && chown mysql /run/mysqld
exec mariadbd --user=mysql --bind-address=0.0.0.0 --ssl-cert=/tmp/cert.pem --ssl-key=/tmp/key.pem --require-secure-transport=ON --init-file=/tmp/first.sql`,
  },
  postgres: {
    input: `CREATE ROLE ${MASTER.username} LOGIN CREATEDB CREATEROLE PASSWORD '${MASTER.password.replaceAll("'", "''")}';\n`,
    start: `cat > /tmp/first.sql
echo 'hostssl all all all scram-sha-256' >> /etc/postgresql/15/main/pg_hba.conf
# Nobody reaches it before the master is there.
pg_ctlcluster 15 main start -o "-c listen_addresses=''"
su postgres -c 'psql --quiet --file=/tmp/first.sql'
echo "listen_addresses = '*'" >> /etc/postgresql/15/main/postgresql.conf
pg_ctlcluster 15 main restart
exec tail -f /var/log/postgresql/postgresql-15-main.log`,
  },
};

/** Where the tasks of the emulator are too. */
export const network = () => ['--network', localSettings(process.env).name];

/** A server of a database in a container, that lets nobody in without TLS. */
export interface DatabaseServer {
  readonly engine: Engine;
  readonly address: string;
  readonly port: number;
  /** Runs SQL as somebody. @returns what it prints, or the client's words where it fails */
  sql(user: { username: string; password: string }, database: string, statement: string): Promise<string>;
  remove(): Promise<void>;
}

/** Image with both servers and their clients, made of the local environment's host. @returns its name */
export async function databaseImage(): Promise<string> {
  const base = (await imageNames(testLocalContext()))?.host;
  if (base === undefined) throw new Error('no local images: run `node runner local up` first');
  const tag = 'automation-stack-test/databases:1';
  const recipe = [
    `FROM ${base}`,
    'RUN apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends mariadb-server postgresql openssl && rm -rf /var/lib/apt/lists/*',
    'ENTRYPOINT []',
  ].join('\n');
  await execa('docker', ['build', '--quiet', '--tag', tag, '-'], {
    input: recipe,
    env: { DOCKER_BUILDKIT: '0' },
  });
  return tag;
}

/** Starts a server; it may take some seconds until it answers. */
export async function startDatabase(image: string, engine: Engine): Promise<DatabaseServer> {
  const { input, start } = SERVERS[engine];
  const { stdout: id } = await execa('docker', [
    'create',
    '--interactive',
    ...network(),
    '--label',
    'automation-stack-test',
    image,
    'sh',
    '-euc',
    start,
  ]);
  const server = execa('docker', ['start', '--attach', '--interactive', id], { input, reject: false });
  server.catch(() => undefined);
  let address = '';
  while (address === '') {
    const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
    address = (await execa('docker', ['inspect', '--format', format, id])).stdout.trim();
  }
  const port = engine === 'mysql' ? 3306 : 5432;
  return {
    engine,
    address,
    port,
    async sql({ username, password }, database, statement) {
      const client =
        engine === 'mysql'
          ? [
              'mariadb',
              '--ssl',
              '--batch',
              '--skip-column-names',
              `--host=${address}`,
              `--user=${username}`,
              database,
            ]
          : [
              'psql',
              '--no-psqlrc',
              '--tuples-only',
              '--no-align',
              `--host=${address}`,
              `--username=${username}`,
              database,
            ];
      const { all } = await execa(
        'docker',
        ['exec', '-i', '-e', 'MYSQL_PWD', '-e', 'PGPASSWORD', id, ...client],
        {
          input: statement,
          env: { MYSQL_PWD: password, PGPASSWORD: password },
          all: true,
          reject: false,
        },
      );
      return all;
    },
    async remove() {
      await execa('docker', ['rm', '--force', '--volumes', id]);
    },
  };
}
