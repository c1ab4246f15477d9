import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ownIdentity } from '../../../runner/src/adapters/process/processIdentity.js';
import { planStep } from '../../../runner/src/infrastructure/plan.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { stageOf } from '../../support/stage.js';

const CONFIG = `
application: shop
environments:
  staging: { infrastructure: { workspace: staging } }
  production: { infrastructure: { workspace: production } }
`;
/** Needs an init, and nothing from a registry. */
const WITH_MODULE = {
  'automation-stack.yml': CONFIG,
  'terraform/main.tf': 'module "part" {\n  source = "./part"\n}\n',
  'terraform/part/main.tf': 'resource "terraform_data" "x" {}\n',
};
const WITH_PROVIDER = {
  'automation-stack.yml': CONFIG,
  'terraform/main.tf':
    'terraform {\n  required_providers {\n    fake = { source = "acme/fake" }\n  }\n}\nresource "terraform_data" "x" {}\n',
};
const PLATFORM = `linux_${process.arch === 'x64' ? 'amd64' : process.arch}`;
const PACKAGE = `registry.terraform.io/acme/fake/1.0.0/${PLATFORM}`;

describe('the shared provider cache', function () {
  this.timeout(90_000);
  let home: string;
  const stacks: Deployment[] = [];
  const plugins = () => join(home, 'stack/terraform/plugins');
  const open = async (
    files: Readonly<Record<string, string>>,
    env: Readonly<Record<string, string | undefined>> = {},
  ) => {
    const stack = await deployment(files, {
      HOME: home,
      AUTOMATION_STACK_HOME: join(home, 'stack'),
      TF_CLI_CONFIG_FILE: join(home, 'terraformrc'),
      TF_PLUGIN_CACHE_DIR: undefined,
      ...env,
    });
    stacks.push(stack);
    return stack;
  };
  const plan = async (stack: Deployment, name = 'staging') =>
    planStep(stack.context, await stack.context.environment(name), stageOf(`plan:${name}`, stack.context));
  /** The provider is none, so that planning ends when it is installed. */
  const install = async (stack: Deployment) => plan(stack).catch(() => undefined);
  const installed = (stack: Deployment) =>
    realpathSync(join(stack.directory, 'terraform/.terraform/providers', PACKAGE));

  beforeEach(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'automation-stack-home-')));
    const mirror = join(home, 'mirror');
    mkdirSync(join(mirror, 'registry.terraform.io/acme/fake'), { recursive: true });
    const archive = join(
      mirror,
      `registry.terraform.io/acme/fake/terraform-provider-fake_1.0.0_${PLATFORM}.zip`,
    );
    execFileSync('python3', [
      '-c',
      'import sys, zipfile\nentry = zipfile.ZipInfo("terraform-provider-fake_v1.0.0")\nentry.external_attr = 0o755 << 16\nwith zipfile.ZipFile(sys.argv[1], "w") as archive:\n  archive.writestr(entry, "#!/bin/sh\\nexit 1\\n")',
      archive,
    ]);
    writeFileSync(
      join(home, 'terraformrc'),
      `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`,
    );
  });
  afterEach(() => {
    for (const stack of stacks.splice(0)) stack.remove();
    rmSync(home, { recursive: true, force: true });
  });

  it('is one directory of this user for all roots', async () => {
    const [one, two] = [await open(WITH_PROVIDER), await open(WITH_PROVIDER)];
    await install(one);
    await install(two);
    expect(installed(one)).to.equal(join(plugins(), PACKAGE));
    expect(installed(two)).to.equal(join(plugins(), PACKAGE));
  });

  it('is the one that the user has set, in the shell or in Terraform’s own settings', async () => {
    const directory = join(home, 'mine');
    mkdirSync(directory);
    const byShell = await open(WITH_PROVIDER, { TF_PLUGIN_CACHE_DIR: directory });
    await install(byShell);
    expect(installed(byShell)).to.equal(join(directory, PACKAGE));
    writeFileSync(
      join(home, 'terraformrc'),
      `plugin_cache_dir = "$HOME/mine"\n${readFileSync(join(home, 'terraformrc'), 'utf8')}`,
    );
    const bySettings = await open(WITH_PROVIDER);
    await install(bySettings);
    expect(installed(bySettings)).to.equal(join(directory, PACKAGE));
    expect(existsSync(plugins())).to.equal(false);
  });

  it('is left out where it cannot be made', async () => {
    writeFileSync(join(home, 'stack'), '');
    const stack = await open(WITH_PROVIDER);
    await install(stack);
    expect(installed(stack)).to.equal(join(stack.directory, 'terraform/.terraform/providers', PACKAGE));
    expect(JSON.stringify(stack.events)).to.contain('each Terraform root keeps its own providers');
  });

  it('is filled by one init at a time, while plans run side by side', async () => {
    // Tells when an init begins and ends, and gives another one the time to come between.
    const log = join(home, 'log');
    const real = execFileSync('sh', ['-c', 'command -v terraform'], { encoding: 'utf8' }).trim();
    mkdirSync(join(home, 'bin'));
    writeFileSync(
      join(home, 'bin/terraform'),
      `#!/bin/sh
case " $* " in *" init "*) ;; *) exec ${real} "$@" ;; esac
echo begin >> ${log}
for i in 1 2 3 4 5 6; do
  if [ "$(tail -n 2 ${log})" = "begin
begin" ]; then break; fi
  sleep 0.1
done
${real} "$@"
code=$?
echo end >> ${log}
exit $code
`,
      { mode: 0o755 },
    );
    const env = { PATH: `${join(home, 'bin')}:${process.env['PATH']}` };
    const [one, two] = [await open(WITH_MODULE, env), await open(WITH_MODULE, env)];
    const results = await Promise.all([
      plan(one, 'staging'),
      plan(one, 'production'),
      plan(two, 'staging'),
      plan(two, 'production'),
    ]);
    expect(results.map(({ summary }) => summary.counts.create)).to.deep.equal([1, 1, 1, 1]);
    // Once a root: the second environment finds it done.
    expect(readFileSync(log, 'utf8').trim().split('\n')).to.deep.equal(['begin', 'end', 'begin', 'end']);
    expect(readdirSync(plugins())).to.deep.equal([]);
  });

  it('is not held up by the lock of a process that was killed', async () => {
    const child = spawn('true');
    const process_ = { ...ownIdentity(), pid: child.pid as number, startTime: '1' };
    await once(child, 'exit');
    mkdirSync(plugins(), { recursive: true });
    const lock = join(plugins(), '.init.lock');
    writeFileSync(lock, JSON.stringify({ token: 'dead-and-gone', process: process_ }));
    const stack = await open(WITH_MODULE);
    expect((await plan(stack)).summary.counts.create).to.equal(1);
    expect(existsSync(lock)).to.equal(false);
  });

  it('keeps an interrupt from waiting for another init', async () => {
    mkdirSync(plugins(), { recursive: true });
    const lock = join(plugins(), '.init.lock');
    writeFileSync(lock, JSON.stringify({ token: 'alive', process: ownIdentity() }));
    const stack = await open(WITH_MODULE);
    const waiting = plan(stack).then(
      () => 'planned',
      (error: Error) => error.message,
    );
    stack.context.events.subscribe({
      handle: (event) => {
        if (event.type === 'stage.output' && event.line.startsWith('waiting for another terraform init'))
          stack.interrupt(new Error('enough'));
      },
    });
    expect(await waiting).to.contain('enough');
    expect(existsSync(lock)).to.equal(true);
  });
});
