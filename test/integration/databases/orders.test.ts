import { expect } from 'chai';
import { execa } from 'execa';
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { emulatorClient } from '../../../runner/src/local/awsTools.js';
import {
  createDatabase,
  deleteDatabase,
  type MadeDatabase,
} from '../../../runner/src/local/localDatabases.js';
import { imageNames } from '../../../runner/src/local/localImages.js';
import { testLocalContext } from '../../support/localContext.js';

const example = fileURLToPath(new URL('../../../examples/blue-green/', import.meta.url));
type Release = '1' | '2' | '3';

/** Prints the status and the answer of one request to the application. */
const ASK = `
import json, sys
from app import create_app
method, path, body = sys.argv[1:]
app = create_app()
answer = app.test_client().open(path, method=method, json=json.loads(body))
print(json.dumps([answer.status_code, answer.get_json()]))
`;

describe('the column that blue-green renames over three releases, on PostgreSQL', function () {
  this.timeout(400_000);
  const local = testLocalContext();
  const id = `t${randomBytes(4).toString('hex')}`;
  const image = (release: Release) => `automation-stack-test/${id}:${release}`;
  let database: MadeDatabase;
  let env: Record<string, string>;

  before(async () => {
    const base = (await imageNames(local))?.python;
    if (base === undefined) throw new Error('no local images: run `node runner local up` first');
    database = await createDatabase(local, 'postgres', id);
    const client = new SecretsManagerClient(emulatorClient(local.settings));
    const secret = await client.send(new GetSecretValueCommand({ SecretId: database.secretArn }));
    const { username, password } = JSON.parse(secret.SecretString ?? '') as Record<string, string>;
    env = {
      DATABASE_HOST: database.address,
      DATABASE_NAME: database.database,
      DATABASE_USER: username ?? '',
      DATABASE_PASSWORD: password ?? '',
    };
    const folder = await mkdtemp(join(tmpdir(), 'blue-green-'));
    await cp(join(example, 'app'), folder, { recursive: true });
    for (const release of ['1', '2', '3'] as const) {
      // Each release is the one before with its own files over it.
      if (release !== '1') await cp(join(example, 'releases', release), folder, { recursive: true });
      const args = ['build', '--quiet', '--build-arg', `BASE=${base}`, '--tag', image(release), folder];
      await execa('docker', args, { env: { DOCKER_BUILDKIT: '0' } });
    }
    await rm(folder, { recursive: true });
  });
  after(async () => {
    await deleteDatabase(local, 'postgres', id);
    await execa('docker', ['rmi', '--force', image('1'), image('2'), image('3')], { reject: false });
  });

  const runWith = (variables: Record<string, string>, release: Release, ...command: string[]) => {
    const given = { ...env, ...variables };
    const names = Object.keys(given).flatMap((name) => ['--env', name]);
    const args = ['run', '--rm', '--network', local.settings.name, ...names, image(release), ...command];
    return execa('docker', args, { env: given, reject: false });
  };
  const run = (release: Release, ...command: string[]) => runWith({}, release, ...command);
  /** The contract step of a release, in the image of another one. */
  const contractOf = async (of: string, release: Release) => {
    const { exitCode, stdout, stderr } = await runWith(
      { AUTOMATION_STACK_CONTRACT: of },
      release,
      './migrate',
      'contract',
    );
    return [exitCode, ...`${stdout}\n${stderr}`.trim().split('\n')];
  };
  const migrate = async (release: Release, phase: string) => {
    const { exitCode, stdout, stderr } = await run(release, './migrate', phase);
    return [exitCode, ...`${stdout}\n${stderr}`.trim().split('\n')];
  };
  const ask = async (release: Release, method: string, path: string, body: unknown = null) => {
    const { stdout, stderr } = await run(release, 'python3', '-c', ASK, method, path, JSON.stringify(body));
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as [number, Record<string, unknown>];
  };
  const order = async (release: Release, customer: string) => {
    const [status, made] = await ask(release, 'POST', '/orders', { customer });
    expect(status).to.equal(201);
    return made['id'] as string;
  };
  const customer = async (release: Release, made: string) =>
    (await ask(release, 'GET', `/orders/${made}`))[1]['customer'];
  const sql = (statement: string) =>
    execa('docker', ['exec', '-i', `${local.settings.name}-postgres-${id}`, 'psql', '-qtA', 'app'], {
      input: `SET ROLE app;\n${statement}`,
      reject: false,
    });

  const until = async (check: () => Promise<boolean>) => {
    for (let tries = 0; tries < 300; tries += 1) {
      if (await check()) return;
      await new Promise((wait) => setTimeout(wait, 100));
    }
    throw new Error('it did not come to that');
  };

  it('lets nobody in without TLS', async () => {
    const url = `host=${database.address} dbname=app user=app sslmode=disable`;
    const { exitCode, stderr } = await run(
      '1',
      ...[
        'python3',
        '-c',
        `import os, psycopg2; psycopg2.connect("${url}", password=os.environ["DATABASE_PASSWORD"])`,
      ],
    );
    expect([exitCode, stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 1 && text.includes('no encryption'),
    );
  });

  it('applies each migration once, also where two runs begin at once', async () => {
    const both = await Promise.all([migrate('1', 'expand'), migrate('1', 'expand')]);
    expect(both.sort((a, b) => String(a[1]).localeCompare(String(b[1])))).to.deep.equal([
      [0, 'applied 001-orders.expand.sql'],
      [0, 'nothing to expand'],
    ]);
  });

  it('goes on where a run was killed while it filled old rows, and leaves none empty', async () => {
    await sql(
      "INSERT INTO orders (id, customer) SELECT gen_random_uuid(), 'old ' || n FROM generate_series(1, 5000) n;",
    );
    const without = 'cp -R /app /tmp/app && cd /tmp/app && rm migrations/003-* && ./migrate expand';
    expect((await run('2', 'sh', '-c', without)).stdout).to.equal('applied 002-customer-name.expand.sql');
    // Somebody holds an order: the run has filled all others, and committed them, when it is killed.
    const holder = sql(
      "BEGIN; SELECT FROM orders WHERE customer = 'old 7' FOR UPDATE; SELECT pg_sleep(600);",
    );
    const sleeping = "FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '%600%'";
    await until(async () => (await sql(`RESET ROLE; SELECT count(*) ${sleeping};`)).stdout === '1');
    const killed = execa(
      'docker',
      ['run', '--rm', '--name', `${id}-killed`, '--network', local.settings.name]
        .concat(Object.keys(env).flatMap((name) => ['--env', name]))
        .concat([image('2'), './migrate', 'expand']),
      { env, reject: false },
    );
    const left = async () => (await sql('SELECT count(*) FROM orders WHERE customer_name IS NULL;')).stdout;
    await until(async () => (await left()) === '1');
    await execa('docker', ['kill', `${id}-killed`]);
    expect((await killed).exitCode).to.equal(137);
    const again = migrate('2', 'expand');
    await sql(`RESET ROLE; SELECT pg_terminate_backend(pid) ${sleeping};`);
    expect(await again).to.deep.equal([0, 'applied 003-customer-name-filled.expand.sql']);
    await holder;
    expect(await left()).to.equal('0');
  });

  it('has every release read what every other writes, as long as both columns are there', async () => {
    for (const writer of ['1', '2', '3'] as const) {
      const made = await order(writer, `by ${writer}`);
      for (const reader of ['1', '2', '3'] as const)
        expect(await customer(reader, made), `${reader} reads ${writer}`).to.equal(`by ${writer}`);
    }
    expect(
      (
        await sql(
          "UPDATE orders SET customer = 'new' WHERE customer = 'by 3'; SELECT customer_name FROM orders WHERE customer = 'new';",
        )
      ).stdout,
    ).to.equal('new');
    expect(
      (
        await sql(
          "UPDATE orders SET customer_name = 'newer' WHERE customer = 'new'; SELECT customer FROM orders WHERE customer_name = 'newer';",
        )
      ).stdout,
    ).to.equal('newer');
    expect(await migrate('1', 'expand')).to.deep.equal([0, 'nothing to expand']);
    expect(await migrate('2', 'contract')).to.deep.equal([0, 'nothing to contract']);
  });

  it('refuses a migration that was changed after it was applied', async () => {
    const changed = [
      'sh',
      '-c',
      'cp -R /app /tmp/app && cd /tmp/app && echo "-- more" >> migrations/001-orders.expand.sql && ./migrate expand',
    ];
    const { exitCode, stderr } = await run('3', ...changed);
    expect([exitCode, stderr]).to.deep.equal([
      1,
      'migrate expand: 001-orders.expand.sql was changed after it was applied: write a new migration instead',
    ]);
  });

  it('contracts what the release brought whose step it is, in the image of a later one', async () => {
    for (const release of ['2', '3'] as const)
      await runWith({ APP_VERSION: `${release}.0.0` }, release, './migrate', 'expand');
    // Release 3 has the files. Release 2, which needs the old column, had none.
    expect(await contractOf('2.0.0', '3')).to.deep.equal([0, 'nothing to contract']);
    expect(await contractOf('never there', '3')).to.deep.equal([0, 'nothing to contract']);
    expect(await customer('2', await order('2', 'still'))).to.equal('still');
  });

  it('drops the old column while a query holds the table for a moment, and loses no order', async () => {
    const holder = sql('BEGIN; SELECT count(*) FROM orders; SELECT pg_sleep(3); COMMIT;');
    expect((await contractOf('3.0.0', '3'))[0]).to.equal(0);
    await holder;
    expect(await ask('3', 'GET', '/orders/count')).to.deep.equal([200, { count: 5004, nameless: 0 }]);
    const made = await order('3', 'Ann');
    expect(await customer('3', made)).to.equal('Ann');
    const [status, { why }] = await ask('2', 'GET', '/health');
    expect([status, why]).to.satisfy(
      ([code, text]: [number, string]) => code === 503 && text.includes('column "customer" does not exist'),
    );
  });
});
