import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { parse } from 'yaml';
import { toolsUp } from '../../runner/src/local/installTools.js';
import { testLocalContext } from '../support/localContext.js';

const run = promisify(execFile);
const ANSIBLE = resolve('ansible');
const EXAMPLES = ['flask-fleet', 's3-artifact'].map((name) => resolve('examples', name, 'ansible'));
/** In a virtualenv of its own: it brings an ansible-core that may be another one. */
const LINT = ['ansible-lint==26.10.1', 'ansible-core==2.19.14'];

interface Specification {
  readonly options: Readonly<Record<string, { readonly default?: unknown; readonly required?: boolean; readonly description: unknown }>>;
}

describe('the Ansible roles', function () {
  this.timeout(240_000);
  const localContext = testLocalContext();
  const { tools, venv } = localContext.settings;
  const lint = join(tools, 'ansible-lint');
  const roles = readdirSync(join(ANSIBLE, 'roles'));
  const yaml = (...path: string[]): unknown => parse(readFileSync(join(ANSIBLE, ...path), 'utf8'));
  let folder: string;

  before(async () => {
    await toolsUp(localContext);
    const there = await access(join(lint, 'bin', 'ansible-lint')).then(
      () => true,
      () => false,
    );
    if (there) return;
    await run('python3', ['-m', 'venv', lint]);
    await run(join(lint, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...LINT]);
  });
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'automation-stack-roles-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a role on this machine, which must refuse before it touches anything. */
  const refused = async (role: string, variables: Record<string, unknown>): Promise<string> => {
    const playbook = join(folder, 'play.yml');
    const play = { hosts: 'localhost', connection: 'local', gather_facts: false, roles: [role] };
    writeFileSync(playbook, JSON.stringify([play]));
    try {
      await run(
        join(venv, 'bin', 'ansible-playbook'),
        ['--inventory', 'localhost,', '--extra-vars', JSON.stringify(variables), playbook],
        { env: { ...process.env, ANSIBLE_ROLES_PATH: join(ANSIBLE, 'roles'), ANSIBLE_NOCOLOR: '1' } },
      );
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      return stdout + stderr;
    }
    throw new Error('nothing was refused');
  };

  it('pass ansible-lint’s production profile, with the playbooks that use them', async () => {
    const env = {
      ...process.env,
      PATH: `${join(lint, 'bin')}:${process.env['PATH'] ?? ''}`,
      ANSIBLE_ROLES_PATH: join(ANSIBLE, 'roles'),
    };
    const linting = (directory: string) =>
      run('ansible-lint', ['--offline', '--profile', 'production', '--strict', '--nocolor'], { cwd: directory, env });
    for (const directory of [ANSIBLE, ...EXAMPLES]) {
      const { stderr } = await linting(directory).catch((error: { stdout: string; stderr: string }) => {
        throw new Error(error.stdout + error.stderr);
      });
      expect(stderr).to.include('Passed: 0 failure(s), 0 warning(s)');
    }
  });

  for (const role of roles) {
    it(`${role} documents every variable, with the default that it has`, () => {
      const specs = yaml('roles', role, 'meta', 'argument_specs.yml') as {
        argument_specs: { main: Specification };
      };
      const { options } = specs.argument_specs.main;
      const documented = Object.entries(options)
        .filter(([, option]) => option.required !== true)
        .map(([name, option]) => [name, option.default]);
      expect(yaml('roles', role, 'defaults', 'main.yml')).to.deep.equal(Object.fromEntries(documented));
      for (const [name, option] of Object.entries(options)) {
        expect(name.startsWith(`${role}_`), name).to.equal(true);
        expect(option.description, name).to.not.equal(undefined);
      }
    });
  }

  // What tasks for one family of distributions alone use.
  const ofOneFamily = ['hardening_update_origins', 'php_package_names', 'php_package_names_of'];
  for (const role of roles.filter((name) => existsSync(join(ANSIBLE, 'roles', name, 'vars/Debian.yml')))) {
    it(`${role} knows the same names on Amazon Linux as on Debian and Ubuntu`, () => {
      const names = (family: string) =>
        Object.keys(yaml('roles', role, 'vars', `${family}.yml`) as object).filter(
          (name) => !ofOneFamily.includes(name),
        );
      expect(names('RedHat')).to.have.members(names('Debian'));
    });
  }

  for (const role of ['app_container', 'release_directory']) {
    it(`${role} documents its module’s options under the same names`, () => {
      const source = readFileSync(join(ANSIBLE, `roles/${role}/library/${role}.py`), 'utf8');
      const documentation = parse(/DOCUMENTATION = r"""\n([^]*?)"""/.exec(source)?.[1] ?? '') as { options: object };
      const code = [...source.slice(source.indexOf('argument_spec=')).matchAll(/^ {12}"(\w+)": \{"type"/gm)].map(
        ([, name]) => name,
      );
      expect(Object.keys(documentation.options)).to.deep.equal(code);
    });
  }

  it('refuse a variable of the wrong type before anything happens', async () => {
    const words = await refused('app_container', { app_container_name: 'x', app_container_port: 'eighty' });
    expect(words).to.match(/app_container_port/).and.to.match(/int/);
  });

  it('refuse an image without a digest', async () => {
    const words = await refused('app_container', { app_container_name: 'x', app_container_image: 'shop/web:latest' });
    expect(words).to.include('must name a digest');
  });

  it('refuse an environment value that Docker would cut in two', async () => {
    const image = `registry.example/web@sha256:${'0'.repeat(64)}`;
    const environment = { KEY: 'line 1\nline 2' };
    const words = await refused('app_container', {
      app_container_name: 'x',
      app_container_image: image,
      app_container_environment: environment,
    });
    expect(words).to.include('contains a line break');
  });
});
