import { expect } from 'chai';
import type { PolicyResult } from '../../../runner/src/iam/policy.js';
import { cli } from '../../support/cli.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { grammarFaults } from '../../support/iamGrammar.js';

const CONFIG = `
application: shop
images: { web: { repository: shop/web } }
state: { location: s3://acme-delivery/ci }
environments:
  staging:
    aws: { region: eu-west-1, account: "111111111111" }
    infrastructure:
      workspace: staging
      scopes: { app: [terraform_data.app] }
    provision: { playbooks: [site.yml], vault: { password: "\${ssm:/shop/vault}" } }
    targets:
      web: { kind: ecs-service, cluster: "\${env:CLUSTER}", service: shop-web, image: web }
  production:
    infrastructure: { directory: s3, workspace: production, backend-config: ["key=shop/state", more.tfbackend] }
    targets:
      web: { kind: fleet, group: web, image: web, target-group: legacy }
  hosts:
    aws: { region: eu-west-1 }
    provision: { playbooks: [site.yml], vault: { password: "\${ssm:/shop/vault-of-hosts}" } }
    targets: { web: { kind: fleet, group: web, image: web } }
  listed:
    aws: { region: eu-west-1 }
    inventory: { file: hosts.yml }
    provision: { playbooks: [site.yml], vault: { password: "\${ssm:/shop/vault-of-list}" } }
  bare: { aws: { region: eu-west-1 } }
`;
const S3 = `
terraform {
  backend "s3" {
    # bucket = "old"
    bucket       = "acme-tf"
    use_lockfile = true
    assume_role  = { role_arn = "arn:aws:iam::111111111111:role/tf" }
  }
}
`;

describe('iam-policy', function () {
  this.timeout(30_000);
  let stack: Deployment;
  const run = (...argv: readonly string[]) =>
    cli(['iam-policy', ...argv], { cwd: stack.directory, env: { CLUSTER: 'main', AWS_REGION: 'eu-west-1' } });
  const result = async (...argv: readonly string[]) => {
    const { exitCode, stdout, stderr } = await run(...argv, '--json');
    expect(exitCode, stderr).to.equal(0);
    const found = JSON.parse(stdout.trim().split('\n').at(-1) as string) as PolicyResult;
    expect(grammarFaults(found.policy)).to.deep.equal([]);
    return found;
  };
  const on = ({ policy }: PolicyResult, action: string) =>
    policy.Statement.flatMap(({ Action, Resource }) => (Action.includes(action) ? Resource : []));

  before(async () => {
    stack = await deployment({
      'automation-stack.yml': CONFIG,
      'terraform/main.tf': 'resource "terraform_data" "app" {}\n',
      's3/main.tf': S3,
      's3/more.tfbackend': 'workspace_key_prefix = "teams"\n',
    });
  });
  after(() => stack.remove());

  it('prints a policy that AWS can be given as it is, and on stderr what was left open', async () => {
    const { exitCode, stdout, stderr } = await run(
      '--env',
      'staging',
      '--command',
      'deploy',
      '--role',
      'shop-task',
    );
    expect(exitCode).to.equal(0);
    expect(JSON.parse(stdout)).to.have.property('Version', '2012-10-17');
    expect(stderr).to.contain('--log-group').and.not.to.contain('--role');
  });

  it('names what the configuration names', async () => {
    const found = await result('--env', 'staging', '--command', 'deploy');
    expect(on(found, 'ecs:UpdateService')).to.deep.equal([
      'arn:aws:ecs:eu-west-1:111111111111:service/main/shop-web',
    ]);
    expect(on(found, 'ecr:PutImage')).to.deep.equal([
      'arn:aws:ecr:eu-west-1:111111111111:repository/shop/web',
    ]);
    expect(on(found, 's3:DeleteObject')).to.deep.equal(['arn:aws:s3:::acme-delivery/ci/shop/*']);
    expect(found.reasons).to.have.property('ecs:DescribeTaskDefinition').that.contains('no resource level');
    expect(found.fits).to.equal(true);
  });

  for (const [environment, command, parameters] of [
    ['staging', 'deploy', []],
    ['staging', 'provision', ['vault']],
    // The playbook of a fleet reads the encrypted variables of its hosts.
    ['hosts', 'deploy', ['vault-of-hosts']],
    ['hosts', 'exec', []],
    ['listed', 'inventory', ['vault-of-list']],
    ['listed', 'build', []],
  ] as const) {
    it(`lets ${command} in ${environment} have the secrets that it reads, and no other`, async () => {
      expect(on(await result('--env', environment, '--command', command), 'ssm:GetParameter')).to.deep.equal(
        parameters.map(
          (name) =>
            `arn:aws:ssm:eu-west-1:${environment === 'staging' ? '111111111111' : '*'}:parameter/shop/${name}`,
        ),
      );
    });
  }

  it('asks for nothing that the environment does not have', async () => {
    const found = await result('--env', 'production', '--command', 'deploy');
    const allowed = found.policy.Statement.flatMap(({ Action }) => Action);
    expect(allowed.filter((action) => action.startsWith('ecs:'))).to.deep.equal([]);
    expect(on(found, 'elasticloadbalancing:RegisterTargets')).to.deep.equal([
      'arn:aws:elasticloadbalancing:eu-west-1:*:targetgroup/legacy/*',
    ]);
    expect(found.notes).to.deep.equal(['aws.account is not set: the policy is for every account']);
  });

  it('reads where the Terraform state is off the root and the backend configuration', async () => {
    const found = await result('--env', 'production', '--command', 'output');
    expect(on(found, 's3:GetObject')).to.deep.equal(['arn:aws:s3:::acme-tf/teams/production/shop/state']);
  });

  it('of a scope is read off its plan, and says how to make one where there is none', async () => {
    const without = await run('--env', 'staging', '--scope', 'app');
    expect(without.exitCode).to.equal(1);
    expect(without.stderr).to.contain('node runner plan --env staging --scope app');
  });

  it('of a command that has no root to run is refused as the command is', async () => {
    const { exitCode, stdout, stderr } = await run('--env', 'bare', '--command', 'apply');
    expect(exitCode).to.equal(2);
    expect(stdout).to.equal('');
    expect(stderr).to.contain('bare has no infrastructure');
    const whole = await run('--env', 'bare', '--command', 'run');
    expect(whole.exitCode, whole.stderr).to.equal(0);
    expect(JSON.parse(whole.stdout)).to.have.property('Statement').that.is.not.empty;
  });

  it('wants a command or a scope, and knows which there are', async () => {
    expect((await run('--env', 'staging')).exitCode).to.equal(2);
    expect((await run('--env', 'staging', '--command', 'destory')).exitCode).to.equal(2);
    expect((await run('--env', 'staging', '--scope', 'ap')).exitCode).to.equal(2);
  });
});

describe('iam-policy of a scope', function () {
  this.timeout(30_000);
  let stack: Deployment;
  after(() => stack.remove());

  it('needs its plan and nothing of AWS', async () => {
    const config = `
application: shop
environments:
  staging:
    infrastructure: { scopes: { app: [terraform_data.app] } }
`;
    stack = await deployment({
      'automation-stack.yml': config,
      'terraform/main.tf': 'resource "terraform_data" "app" {}\n',
    });
    const env = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: '', AWS_PROFILE: undefined };
    const run = (...argv: readonly string[]) =>
      cli([...argv, '--env', 'staging'], { cwd: stack.directory, env });
    expect((await run('plan', '--scope', 'app')).exitCode).to.equal(0);
    const { exitCode, stdout, stderr } = await run('iam-policy', '--scope', 'app');
    expect(exitCode, stderr).to.equal(0);
    // Terraform's own data asks nobody for anything, and IAM refuses a policy that allows nothing.
    const { Statement } = JSON.parse(stdout) as {
      Statement: readonly { readonly Action: readonly string[] }[];
    };
    expect(Statement.flatMap(({ Action }) => Action)).to.deep.equal(['sts:GetCallerIdentity']);
    expect(stderr).to.contain('does not call AWS');
    expect((await run('iam-policy', '--scope', 'app', '--part', '2')).exitCode).to.equal(2);
    expect((await run('iam-policy', '--scope', 'app', '--part', '1')).stdout).to.equal(stdout);
  });
});
