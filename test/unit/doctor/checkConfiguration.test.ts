import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { cli } from '../../support/cli.js';

const WHOLE = `application: shop
branches: { develop: staging, main: production }
images:
  web: { context: app, repository: shop/web }
environments:
  staging:
    infrastructure: { directory: terraform, workspace: staging, var-files: [staging.tfvars] }
    provision: { playbooks: [docker-host.yml, site.yml] }
    inventory: { private-key: keys/id }
    targets:
      web: { kind: fleet, group: web, image: web, target-group: '\${output:target_group}' }
  production:
    extends: staging
    promotion: { from: staging, approval: required }
    infrastructure: { workspace: production, var-files: [] }
jenkins: { agent: { pod-template: pod.yml } }
`;
const FILES: Readonly<Record<string, string>> = {
  'app/Dockerfile': 'FROM x\n',
  'app/main.py': '',
  'terraform/main.tf': 'output "hosts" { value = {} }\noutput "target_group" { value = "" }\n',
  'terraform/staging.tfvars': '',
  'ansible/site.yml': '',
  'keys/id': '',
  'pod.yml': '',
};

describe('config check', () => {
  let directory: string;
  beforeEach(() => (directory = realpathSync(mkdtempSync(join(tmpdir(), 'config-check-')))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const check = async (config: string, files: Readonly<Record<string, string>> = FILES, env = {}) => {
    for (const [path, text] of Object.entries({ ...files, 'automation-stack.yml': config })) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    const { exitCode, stdout, stderr } = await cli(['config', 'check'], { cwd: directory, env });
    return { exitCode, text: `${stdout}${stderr}` };
  };
  const without = (...paths: readonly string[]) =>
    Object.fromEntries(Object.entries(FILES).filter(([path]) => !paths.includes(path)));

  it('is content where all that is named is there', async () => {
    const { exitCode, text } = await check(WHOLE);
    expect(exitCode, text).to.equal(0);
    expect(text).not.to.contain('warning');
  });

  /** What is changed, and what has to be said, with where. */
  const rows: readonly (readonly [string, string | readonly [string, string], readonly string[], string])[] =
    [
      ['a context', ['context: app', 'context: ap'], [], '4:19 images.web.context: there is no directory ap'],
      ['a Dockerfile', WHOLE, ['app/Dockerfile'], '4:19 images.web: there is no Dockerfile in app'],
      [
        'a Dockerfile by name',
        ['context: app', 'context: app, dockerfile: x/Dockerfile'],
        [],
        '4:36 images.web.dockerfile: there is no file x/Dockerfile',
      ],
      [
        'a Dockerfile that is a directory',
        ['context: app', 'context: app, dockerfile: app'],
        [],
        'app is a directory',
      ],
      [
        'a root',
        ['directory: terraform', 'directory: terrafrom'],
        [],
        '7:34 environments.staging.infrastructure.directory: there is no directory terrafrom',
      ],
      [
        'Terraform in its root',
        WHOLE,
        ['terraform/main.tf'],
        '7:34 environments.staging.infrastructure.directory: terraform contains no Terraform files',
      ],
      [
        'a variable file',
        WHOLE,
        ['terraform/staging.tfvars'],
        '7:77 environments.staging.infrastructure.var-files.0: there is no file staging.tfvars',
      ],
      [
        'a backend file',
        ['workspace: staging', 'backend-config: [x.hcl, a=b]'],
        [],
        'infrastructure.backend-config.0: there is no file x.hcl',
      ],
      [
        'a playbook',
        WHOLE,
        ['ansible/site.yml'],
        '8:47 environments.staging.provision.playbooks.1: there is no playbook site.yml',
      ],
      [
        'a playbook that is nearly there',
        ['docker-host.yml', 'docker-hosts.yml'],
        [],
        'Did you mean "docker-host.yml"?',
      ],
      [
        'the playbook of a fleet',
        ['image: web,', 'image: web, playbook: mine.yml,'],
        [],
        'targets.web.playbook: there is no playbook mine.yml',
      ],
      [
        'a key of the project',
        WHOLE,
        ['keys/id'],
        '9:31 environments.staging.inventory.private-key: there is no file keys/id',
      ],
      ['a pod template', WHOLE, ['pod.yml'], '16:35 jenkins.agent.pod-template: there is no file pod.yml'],
      [
        'an output',
        ['output:target_group', 'output:target_grup'],
        [],
        'declares no output "target_grup". Did you mean "target_group"?',
      ],
      [
        'an output of another environment',
        ['output:target_group', 'output:other/x'],
        [],
        'environment "other" is not defined',
      ],
      [
        'an output of hosts',
        ['{ private-key: keys/id }', '{ output: servers }'],
        [],
        'declares no output "servers"',
      ],
      ['an image', ['image: web,', 'image: wob,'], [], 'image "wob" is not defined. Did you mean "web"?'],
      [
        'the environment of a branch',
        ['main: production', 'main: prod'],
        [],
        '2:37 environment "prod" is not defined',
      ],
      [
        'an end of a promotion',
        ['  staging:\n', '  staging:\n    promotion: { from: production }\n'],
        [],
        'promotion is circular: staging ← production ← staging',
      ],
    ];
  for (const [name, config, gone, said] of rows) {
    it(`misses ${name}, with its place`, async () => {
      const text = typeof config === 'string' ? config : WHOLE.replace(config[0], config[1]);
      const done = await check(text, without(...gone));
      expect(done.exitCode, done.text).to.equal(2);
      expect(done.text, done.text).to.contain(said);
    });
  }

  it('tells everything in one pass, next to what the schema finds', async () => {
    const broken = WHOLE.replace('repository: shop/web', 'repositry: shop/web')
      .replace('from: staging', 'from: stagin')
      .replace('image: web,', 'image: web, batch: many,')
      .replace('output:target_group', 'output:nothing');
    const { exitCode, text } = await check(broken, {});
    expect(exitCode).to.equal(2);
    for (const said of [
      '"repositry"',
      '"stagin"',
      'batch',
      'no directory app',
      'no directory terraform',
      'site.yml',
      'keys/id',
      'pod.yml',
    ])
      expect(text, said).to.contain(said);
    expect(text).to.match(/has \d\d? errors/);
  });

  it('warns of what may be meant, and is content', async () => {
    const strange = WHOLE.replace('images:\n', 'images:\n  tool: { context: app, repository: shop/tool }\n')
      .replace('  production:\n', '  demo: {}\n  production:\n')
      .replace('keys/id', '~/.ssh/nobody-has-this')
      .replace('develop: staging', 'develop: staging, demo: demo');
    const { exitCode, text } = await check(
      strange
        .replace('develop: staging,', 'develop: staging, next: demo2,')
        .replace(
          '  demo: {}\n',
          '  demo: {}\n  demo2: {}\n  spare: { extends: staging, targets: { web: { target-group: spare } } }\n',
        ),
    );
    expect(exitCode, text).to.equal(0);
    for (const said of [
      'no target runs the image tool',
      'demo leads to demo, which has no infrastructure, playbooks or targets: nothing is changed there',
      'no branch leads to spare',
      'there is no file ~/.ssh/nobody-has-this on this machine',
    ])
      expect(text).to.match(new RegExp(`warning: automation-stack.yml:\\d+:\\d+ .*${said}`));
  });

  it('refuses a promotion from where nothing can be healthy', async () => {
    const text =
      'application: a\nimages: { web: { repository: a } }\nenvironments:\n  staging: {}\n  production: { promotion: { from: staging }, targets: { web: { kind: ecs-service, cluster: c, service: s, image: web } } }\n';
    expect((await check(text, { Dockerfile: '' })).text).to.contain(
      '5:36 production is promoted from staging, which has no targets',
    );
  });

  it('fills in variables of the environment, and passes over what only AWS or Terraform knows', async () => {
    const referring = WHOLE.replace('context: app', "context: '${env:APP_DIR:-app}'")
      .replace('keys/id', "'${ssm:/key}'")
      .replace('staging.tfvars', "'${env:NOWHERE}.tfvars'");
    expect((await check(referring)).exitCode).to.equal(0);
    expect((await check(referring, FILES, { APP_DIR: 'gone' })).text).to.contain(
      'there is no directory gone',
    );
  });

  it('tells what is wrong with no YAML at all', async () => {
    const { exitCode, text } = await check('a: [\n');
    expect(exitCode).to.equal(2);
    expect(text).not.to.contain('BUG');
  });

  const examples = fileURLToPath(new URL('../../../examples', import.meta.url));
  for (const example of readdirSync(examples, { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  )) {
    it(`is content with the example ${example.name}`, async () => {
      const { exitCode, stderr } = await cli(['config', 'check', '-C', join(examples, example.name)]);
      expect(exitCode, stderr).to.equal(0);
    });
  }
});
