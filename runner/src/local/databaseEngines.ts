import type { OPTIONAL_RECIPES } from './recipes.js';

/** What differs between the servers of databases: everything else is the same for all of them. */
export interface DatabaseEngine {
  readonly image: keyof typeof OPTIONAL_RECIPES;
  readonly port: number;
  /** Ends the server without waiting for its clients. */
  readonly stopSignal: string;
  /** Command in the container that succeeds as soon as the server answers. */
  readonly ask: readonly string[];
  /** Command in the container that reads statements from its stdin. */
  readonly client: readonly string[];
  /** Statements that make the database `app` and its owner `app`; they may be repeated. The password is hexadecimal. */
  readonly makeUser: (password: string) => string;
}

export const DATABASE_ENGINES = {
  postgres: {
    image: 'postgres',
    port: 5432,
    // What PostgreSQL calls fast.
    stopSignal: 'SIGINT',
    ask: ['psql', '--command', 'SELECT 1'],
    client: ['psql', '--quiet', '--set', 'ON_ERROR_STOP=1'],
    makeUser: (
      password,
    ) => `SELECT 'CREATE ROLE app LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app') \\gexec
ALTER ROLE app PASSWORD '${password}';
SELECT 'CREATE DATABASE app OWNER app' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'app') \\gexec
`,
  },
  mariadb: {
    image: 'mariadb',
    port: 3306,
    stopSignal: 'SIGTERM',
    ask: ['mariadb', '--socket=/var/lib/mysql/mysqld.sock', '--execute', 'SELECT 1'],
    client: ['mariadb', '--socket=/var/lib/mysql/mysqld.sock'],
    makeUser: (password) => `CREATE DATABASE IF NOT EXISTS app CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS app@'%';
ALTER USER app@'%' IDENTIFIED BY '${password}';
GRANT ALL PRIVILEGES ON app.* TO app@'%';
`,
  },
} as const satisfies Readonly<Record<string, DatabaseEngine>>;

export type DatabaseKind = keyof typeof DATABASE_ENGINES;
