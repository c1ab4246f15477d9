import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Planned } from '../../../runner/src/iam/rules/terraform/resource.js';
import { cli } from '../../support/cli.js';
import { askedOf } from '../../support/iam/asked.js';
import { evaluate, type PolicyDocument } from '../../support/iam/evaluate.js';
import { readReference } from '../../support/iam/reference.js';
import { SignatureProxy } from '../../support/signedBy.js';
import { emulator, makeBucket } from '../../support/stateStores.js';
import { plannable, type SeenCall } from '../../support/terraform/planning/calls.js';
import { startProvider, type SchemaProvider } from '../../support/terraform/provider.js';
import { readSchema } from '../../support/terraform/schema.js';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const ROLE = 'arn:aws:iam::000000000000:role/blue-green-staging-scope';
/** Of the stand-in for the AWS provider. */
const place = { region: 'eu-west-1', account: '000000000000' };
const READS = /:(?:BatchGet|Describe|Get|List)/;
const reference = readReference();

/**
 * The example's delivery run, its plan and apply stages by the runner, its state in S3 on the emulator. The AWS provider is
 * a stand-in that plans and applies; what it would call is what the table of permissions knows of its source.
 */
describe('the delivery run of blue-green, in its scope', function () {
  this.timeout(300_000);
  let scratch: string;
  let project: string;
  let proxy: SignatureProxy;
  let provider: SchemaProvider;
  let env: Record<string, string>;
  let policy: PolicyDocument;
  let bucket: string;
  const both: SeenCall[] = [];
  const seen: (SeenCall & { readonly profile: string })[] = [];

  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid', ...args], {
      cwd: project,
    });
  const run = async (...argv: readonly string[]) => {
    proxy.requests.length = 0;
    seen.length = 0;
    const result = await cli(argv, { cwd: project, env });
    expect(result.exitCode, `${argv.join(' ')}\n${result.stderr}${result.stdout}`).to.equal(0);
    return result;
  };
  const edit = (file: string, change: (text: string) => string) => {
    const path = join(project, file);
    writeFileSync(path, change(readFileSync(path, 'utf8')));
  };
  const planned = ({ mode, type, values, what }: SeenCall): Planned => ({
    type,
    mode,
    mayChange: what !== 'read',
    values: Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)),
  });
  const asked = () => {
    const all = seen.map(planned);
    return all.flatMap((one) => askedOf(place, one, all, reference));
  };

  before(async () => {
    execFileSync('npm', ['run', '-s', 'build'], { cwd: repository });
    scratch = mkdtempSync(join(tmpdir(), 'automation-stack-scope-'));
    project = join(scratch, 'examples/blue-green');
    const isOurs = (path: string) => !/\.terraform|\.automation-stack/.test(path.slice(repository.length));
    for (const part of ['terraform', 'examples/blue-green'])
      cpSync(join(repository, part), join(scratch, part), { recursive: true, filter: isOurs });
    // The emulator: buckets are paths there. Users of the database are made by tasks, which has a test of its own.
    edit('automation-stack.yml', (text) =>
      text
        .replace(
          '      workspace: staging\n',
          '      workspace: staging\n      backend-config: [use_path_style=true, skip_credentials_validation=true, skip_requesting_account_id=true, skip_metadata_api_check=true]\n',
        )
        .replace('    database-users: { output: database_users }\n', '')
        .replace('arn:aws:iam::111111111111:role/blue-green-staging-delivery', ROLE),
    );
    bucket = await makeBucket();
    for (const file of ['automation-stack.yml', 'terraform/versions.tf'])
      edit(file, (text) => text.replaceAll('example-delivery', bucket));
    git('init', '--quiet', '--initial-branch=develop');
    git('add', '--all');
    git('commit', '--quiet', '--message=feat: begin');
    proxy = await SignatureProxy.start(emulator.AWS_ENDPOINT_URL);
    // Terraform does not start the stand-in: who acts is what Terraform itself was given.
    const given = join(scratch, 'given');
    const real = execFileSync('sh', ['-c', 'command -v terraform'], { encoding: 'utf8' }).trim();
    mkdirSync(join(scratch, 'bin'));
    writeFileSync(
      join(scratch, 'bin/terraform'),
      `#!/bin/sh\nprintf '%s' "$AWS_PROFILE" > '${given}'\nexec '${real}' "$@"\n`,
    );
    chmodSync(join(scratch, 'bin/terraform'), 0o755);
    provider = await startProvider(plannable(await readSchema()), {
      plans: true,
      account: place.account,
      notice: (call) => void seen.push({ ...call, profile: readFileSync(given, 'utf8') }),
    });
    env = {
      ...provider.env,
      PATH: `${join(scratch, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
      AWS_ENDPOINT_URL: proxy.url,
      AWS_ACCESS_KEY_ID: 'AKIABASE',
      AWS_SECRET_ACCESS_KEY: 'base-secret-key',
      AUTOMATION_STACK_HOME: join(scratch, 'home'),
      AUTOMATION_STACK_WHO: 'ada',
      CHECKPOINT_DISABLE: '1',
    };
    // By hand, as who may do everything: the whole root, and the policy of the scope's role from a plan of it.
    await run('apply', '--env', 'staging');
    await run('plan', '--env', 'staging', '--out', 'service.tfplan');
    const printed = await run(
      ...['iam-policy', '--env', 'staging', '--scope', 'service', '--plan', 'service.tfplan'],
    );
    policy = JSON.parse(printed.stdout) as PolicyDocument;
    // What a delivery brings: a task of another size.
    edit('terraform/staging.tfvars', (text) => `${text}size = { cpu = 512, memory = 1024 }\n`);
    git('add', '--all');
    git('commit', '--quiet', '--message=feat: larger tasks');
  });
  after(async () => {
    provider?.stop();
    await proxy?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  for (const stage of ['plan', 'apply'] as const) {
    it(`${stage}: the role of the scope signs, and nobody else signs for Terraform`, async () => {
      const { stderr, stdout } = await run('run', '--branch', 'develop', '--only', `${stage}:staging`);
      expect(stdout + stderr).to.contain('the rest of the root was not checked');
      const sessions = proxy.requests.filter(({ body }) => body.includes('Action=AssumeRole'));
      expect(sessions).not.to.deep.equal([]);
      for (const { key, body } of sessions) {
        expect(key).to.equal('AKIABASE');
        expect(new URLSearchParams(body).get('RoleArn')).to.equal(ROLE);
      }
      expect(seen).not.to.deep.equal([]);
      both.push(...seen);
      expect([...new Set(seen.map(({ profile }) => profile))]).to.deep.equal([
        'automation-stack-blue-green-staging.scope-service',
      ]);
      // Terraform locks and writes its state as the role. Who asked reads the outputs, which say where the environment is.
      const isState = ({ path }: { readonly path: string }) => path.includes('terraform.tfstate');
      const state = proxy.requests.filter(isState);
      expect(state).not.to.deep.equal([]);
      const isWrite = ({ method }: { readonly method: string }) => !/GET|HEAD/.test(method);
      expect(state.filter((one) => one.key === 'AKIABASE' && isWrite(one))).to.deep.equal([]);
      expect(state.some((one) => one.key !== 'AKIABASE' && isWrite(one))).to.equal(true);
      const ledger = proxy.requests.filter(({ path }) =>
        path.startsWith(`/${bucket}/blue-green/blue-green/`),
      );
      expect([...new Set(ledger.map(({ key }) => key))]).to.deep.equal(stage === 'plan' ? [] : ['AKIABASE']);
    });

    it(`${stage}: all that it calls is in the policy of the scope`, () => {
      const calls = asked();
      expect(calls.length).to.be.greaterThan(10);
      const denied = calls.filter((one) => evaluate([policy], one) !== 'allowed');
      expect([
        ...new Set(denied.map(({ of, action, resource }) => `${of}: ${action} on ${resource}`)),
      ]).to.deep.equal([]);
    });
  }

  it('changes only what is in module.service, and only looks at what that depends on', () => {
    const changed = both.filter(({ what }) => what !== 'read');
    const named = changed.map(({ type, values }) => `${type} ${String(values['family'])}`);
    expect([...new Set(named)]).to.deep.equal(['aws_ecs_task_definition blue-green-staging']);
    const looked = both.filter(({ what }) => what === 'read').map(planned);
    const calls = looked.flatMap((one) => askedOf(place, one, looked, reference));
    expect(calls.map(({ action }) => action).filter((action) => !READS.test(action))).to.deep.equal([]);
    // Terraform reads anew what the service is made with; of the rest, such as the task that makes database users, nothing.
    const families = looked.filter(({ type }) => type === 'aws_ecs_task_definition');
    expect([...new Set(families.map(({ values }) => values['family']))]).to.deep.equal([
      'blue-green-staging',
    ]);
  });

  it('would be refused by the same policy if it changed the network or the database', () => {
    for (const action of ['ec2:CreateVpc', 'rds:ModifyDBInstance', 'ecs:DeleteCluster', 'ecr:PutImage'])
      expect(evaluate([policy], { action, resource: '*' }), action).to.equal('denied');
  });
});
