import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { commands } from '../../../runner/src/commands/doctor.js';
import type { CheckResult } from '../../../runner/src/domain/finding.js';
import { examine } from '../../../runner/src/doctor/examine.js';
import { deployment, type Deployment } from '../../support/deployment.js';

const TERRAFORM_ONLY = `
application: shop
environments:
  staging:
    infrastructure: { directory: terraform }
`;
const FLEET = `
application: shop
images: { web: { repository: shop/web } }
environments:
  staging:
    aws: { region: eu-west-1, account: "111111111111" }
    targets: { web: { kind: fleet, group: web, image: web } }
notifications:
  slack: { channel: "#deploys", token: "\${env:SLACK_BOT_TOKEN}" }
`;

describe('doctor', function () {
  this.timeout(60_000);
  let stack: Deployment | undefined;
  let server: Server | undefined;

  const make = async (config: string | undefined, env: Readonly<Record<string, string | undefined>> = {}) =>
    (stack = await deployment(config === undefined ? {} : { 'automation-stack.yml': config }, env));
  const checks = async (limitMs?: number): Promise<ReadonlyMap<string, CheckResult>> => {
    const found = await examine((stack as Deployment).context, limitMs);
    return new Map(found.map((check) => [check.id, check]));
  };
  /** A PATH with just these tools. */
  const only = (...tools: readonly string[]) => {
    const bin = join((stack as Deployment).directory, 'bin');
    mkdirSync(bin, { recursive: true });
    for (const tool of tools) {
      symlinkSync(
        execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(),
        join(bin, tool),
      );
    }
    return { PATH: bin, AUTOMATION_STACK_HOME: join(bin, 'none') };
  };
  /** Something that answers as AWS STS and Slack do; what it does not know it leaves hanging. */
  const answer = async (answers: { readonly sts?: string; readonly slack?: object }) => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        if (request.url === '/api/auth.test' && answers.slack !== undefined)
          response.end(JSON.stringify(answers.slack));
        else if (body.includes('GetCallerIdentity') && answers.sts !== undefined) {
          response.setHeader('content-type', 'text/xml');
          response.end(
            `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${answers.sts}:user/jane</Arn><UserId>x</UserId><Account>${answers.sts}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
          );
        }
      });
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return {
      AWS_ENDPOINT_URL: url,
      SLACK_API_URL: `${url}/api/`,
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example-secret-key',
      SLACK_BOT_TOKEN: 'xoxb-example-token',
    };
  };
  afterEach(() => {
    stack?.remove();
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  });

  it('finds the tools of this machine, with their versions', async () => {
    await make(TERRAFORM_ONLY);
    const found = await checks();
    expect(found.get('node')).to.include({
      status: 'ok',
      found: `${process.versions.node} at ${process.execPath}`,
    });
    expect(found.get('terraform')?.found).to.match(/^1\.\d+\.\d+/);
    expect(found.get('git')?.found).to.match(/^2\./);
    expect(found.get('state')?.status).to.equal('ok');
    expect(found.get('disk')?.found).to.contain('GiB free');
  });

  it('does not ask for Ansible where no configuration needs it', async () => {
    await make(TERRAFORM_ONLY);
    stack = await (stack as Deployment).again(only('git', 'terraform'));
    const found = await checks();
    expect(found.get('ansible')).to.include({ status: 'warning', required: false });
    expect([...found.values()].filter(({ status }) => status === 'failed')).to.deep.equal([]);
  });

  it('fails where a fleet has no Ansible, and says how to get it', async () => {
    await make(FLEET);
    stack = await (stack as Deployment).again(only('git'));
    const ansible = (await checks(2000)).get('ansible');
    expect(ansible).to.include({ status: 'failed', required: true });
    expect(ansible?.next).to.equal('Type: node runner tools install ansible');
  });

  it('exits 1 with everything it found, and tells the code', async () => {
    await make(FLEET, { DOCKER_HOST: 'tcp://127.0.0.1:9' });
    stack = await (stack as Deployment).again(only('git'));
    const [command] = commands;
    const result = await command?.run(stack.context, { arguments: [], options: {} }, async () => commands);
    expect(result?.exitCode).to.equal(1);
    expect(result?.data).to.have.nested.property('error.code', 'DOCTOR_FAILED');
    expect(result?.text)
      .to.match(/^FAILED {3}Docker engine/m)
      .and.to.match(/Not ready: \d checks failed\.$/);
  });

  it('reports a broken configuration, and still looks at the tools', async () => {
    await make('application: shop\nenvironment: {}\n');
    const found = await checks();
    expect(found.get('config')?.status).to.equal('failed');
    expect(found.get('config')?.found).to.contain('unknown key "environment"');
    expect(found.get('terraform')?.status).to.equal('ok');
  });

  it('is ready where there is no configuration yet, and points to init', async () => {
    await make(undefined);
    const found = await checks();
    expect(found.get('config')).to.include({ status: 'skipped', next: 'node runner init' });
    expect([...found.values()].filter(({ status }) => status === 'failed')).to.deep.equal([]);
  });

  it('tells who the credentials belong to', async () => {
    await make(
      FLEET,
      await answer({ sts: '111111111111', slack: { ok: true, user: 'deployer', team: 'Shop' } }),
    );
    const found = await checks(4000);
    expect(found.get('aws:staging')).to.include({
      status: 'ok',
      found: 'arn:aws:iam::111111111111:user/jane in eu-west-1',
    });
    expect(found.get('slack')).to.include({ status: 'ok', found: 'deployer in Shop' });
  });

  it('fails where the credentials belong to another account', async () => {
    await make(FLEET, await answer({ sts: '222222222222', slack: { ok: false, error: 'invalid_auth' } }));
    const found = await checks(4000);
    expect(found.get('aws:staging')).to.include({ status: 'failed' });
    expect(found.get('aws:staging')?.found).to.contain('another AWS account (222222222222)');
    expect(found.get('slack')).to.include({
      status: 'warning',
      found: 'Slack refuses the token: invalid_auth',
    });
  });

  it('waits for nobody longer than its bound', async () => {
    await make(FLEET, await answer({}));
    const found = await checks(500);
    expect(found.get('aws:staging')).to.include({ status: 'failed', found: 'no answer within 1 s' });
  });

  it('fails where the state cannot be written', async () => {
    await make(`${TERRAFORM_ONLY}\nstate: { location: /dev/null/state }\n`);
    expect((await checks()).get('state')?.status).to.equal('failed');
  });

  it('skips hosts that no apply has made yet', async () => {
    await make(`
application: shop
environments:
  staging:
    infrastructure: { directory: terraform }
    provision: { playbooks: [site.yml] }
`);
    (stack as Deployment).write({ 'terraform/main.tf': 'output "hosts" { value = {} }' });
    expect((await checks()).get('hosts:staging')).to.include({
      status: 'skipped',
      next: 'node runner apply --env staging',
    });
  });
});
