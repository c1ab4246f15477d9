import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { expect } from 'chai';
import { programOf } from '../../../runner/src/base/calledAs.js';
import type { Config } from '../../../runner/src/config/schema.js';
import { cli } from '../../support/cli.js';
import { loadConfig } from '../../support/config.js';

type Tree = Readonly<Record<string, string>>;
interface Case {
  readonly files: Tree;
  /** Branches with a commit, the first one checked out; undefined: no repository, empty: no commit. */
  readonly branches?: readonly string[];
  readonly directory?: string;
  readonly expected: (config: Config, text: string) => void;
  /** What has to be told. */
  readonly told?: readonly (string | RegExp)[];
}

const python = 'FROM python:3.12-slim\nCOPY . .\nEXPOSE 8000\n';
const node = 'FROM node:20\nCOPY . .\nEXPOSE 3000\n';
const worker = 'FROM node:20\nCOPY . .\nCMD ["node", "worker.js"]\n';
const target = (config: Config, environment: string, name: string) =>
  config.environments[environment]?.targets[name] as unknown as Record<string, unknown>;

/** Projects as they are met, each with what has to come of it. */
const CASES: Readonly<Record<string, Case>> = {
  'a Flask application with a test stage': {
    files: {
      Dockerfile: 'FROM python:3.12 AS base\nCOPY . .\nFROM base AS test\nFROM base\nEXPOSE 8000\n',
      'requirements-dev.txt': 'pytest\n',
      'app.py': '@app.get("/healthz")\n',
    },
    branches: ['main'],
    expected: (config, text) => {
      expect(config.branches).to.deep.equal({ main: 'production' });
      expect(config.images['web']?.test).to.deep.include({ target: 'test', command: ['pytest', '-q'] });
      expect(target(config, 'staging', 'web')['health']).to.include({ path: '/healthz' });
      expect(text).to.contain('from app.py');
    },
    told: ['main leads to staging first', 'are guesses'],
  },
  'Laravel with compose, a queue and php-fpm': {
    files: {
      artisan: '',
      'composer.json': '{}',
      'public/index.php': '',
      'docker/php/Dockerfile': 'FROM php:8.3-fpm\nCOPY . /var/www\nEXPOSE 9000\n',
      'docker/nginx/Dockerfile': 'FROM nginx:1.27\nCOPY public /var/www/public\n',
      'docker-compose.yml': `services:
  nginx: { build: { context: ., dockerfile: docker/nginx/Dockerfile }, ports: ["8080:80"] }
  app: { build: { context: ., dockerfile: docker/php/Dockerfile, args: { USER_ID: "\${UID:-1000}", API_TOKEN: abc } } }
  queue:
    build: { context: ., dockerfile: docker/php/Dockerfile, args: { USER_ID: "\${UID:-1000}", API_TOKEN: abc } }
    command: php artisan queue:work
  mysql: { image: "mysql:8" }
`,
    },
    branches: ['master'],
    expected: (config, text) => {
      expect(Object.keys(config.images)).to.deep.equal(['nginx', 'app']);
      expect(config.images['app']).to.deep.include({
        context: '.',
        dockerfile: 'docker/php/Dockerfile',
        'build-args': { USER_ID: '${env:UID:-1000}', API_TOKEN: '${env:API_TOKEN:-}' },
      });
      expect(target(config, 'staging', 'queue')['image']).to.equal('app');
      expect(text).to.contain('php artisan test').and.to.contain('A worker').and.not.to.contain('abc');
    },
    told: ['mysql (mysql:8)', 'API_TOKEN', 'queue', 'FastCGI'],
  },
  'a monorepo of five services, three of them in compose': {
    files: {
      'services/api/Dockerfile': node,
      'services/api/Dockerfile.dev': node,
      'services/api/package.json': '{"scripts":{"test":"vitest run"}}',
      'services/web/Dockerfile': node,
      'services/worker/Dockerfile': worker,
      'services/gateway/Dockerfile': 'FROM golang:1.23\nCOPY go.mod ./\nEXPOSE 8080\n',
      'services/gateway/go.mod': '',
      'services/mailer/Dockerfile': worker,
      'node_modules/left-pad/Dockerfile': node,
      'vendor/x/Dockerfile': node,
      'compose.yaml': `services:
  api: { build: services/api, expose: [3000], healthcheck: { test: "curl -f http://localhost:3000/ready" } }
  web: { build: ./services/web, ports: [{ target: 3000, published: 8080 }] }
  worker: { build: services/worker }
  tests: { build: { context: services/api, target: test } }
  db: { image: postgres:16 }
`,
      'compose.override.yaml': 'services: {}\n',
      'terraform/main.tf':
        'provider "aws" {\n  region = "us-east-1"\n}\noutput "cluster_name" { value = 1 }\n# output "service" {}\n',
      'terraform/staging.tfvars': '',
      'terraform/prod.tfvars': '',
      'terraform/modules/x/outputs.tf': 'output "service" { value = 1 }\n',
    },
    branches: ['develop', 'main'],
    expected: (config) => {
      expect(config.branches).to.deep.equal({ develop: 'staging', main: 'production' });
      expect(Object.keys(config.images)).to.have.members(['api', 'web', 'worker', 'gateway', 'mailer']);
      expect(target(config, 'staging', 'api')).to.deep.include({ cluster: '${output:cluster_name}' });
      expect(target(config, 'staging', 'api')['health']).to.include({ path: '/ready' });
      expect(config.environments['production']?.infrastructure).to.deep.include({
        workspace: 'production',
        'var-files': ['prod.tfvars'],
      });
      expect(config.environments['staging']?.aws.region).to.equal('us-east-1');
    },
    told: [
      'db (postgres:16)',
      'worker',
      'Dockerfile.dev',
      'compose.override.yaml',
      'tests',
      'mailer: it has no EXPOSE',
    ],
  },
  'a Go service with Dockerfiles by suffix': {
    files: {
      'build/package/server.Dockerfile': 'FROM golang:1.23\nCOPY go.mod ./\nCOPY cmd ./cmd\nEXPOSE 8080\n',
      'build/package/Dockerfile.worker': 'FROM golang:1.23\nCOPY go.mod ./\nCOPY cmd ./cmd\n',
      'go.mod': '',
      'cmd/main.go': '',
      'cmd/main_test.go': '',
    },
    branches: ['trunk'],
    expected: (config, text) => {
      expect(config.branches).to.deep.equal({ trunk: 'production' });
      expect(config.images['server']).to.include({
        context: '.',
        dockerfile: 'build/package/server.Dockerfile',
      });
      expect(config.images['worker']).to.include({ context: '.' });
      expect(text).to.contain('go test ./...');
    },
    told: ['its context is guessed', 'worker exposes no port'],
  },
  'infrastructure alone, a root for each environment': {
    files: {
      'environments/staging/main.tf': 'provider "aws" {}\n',
      'environments/prod/main.tf': 'provider "aws" {}\n',
      'modules/vpc/main.tf': 'output "id" { value = 1 }\n',
    },
    branches: ['main'],
    expected: (config) => {
      expect(config.environments['staging']?.infrastructure).to.deep.include({
        directory: 'environments/staging',
      });
      expect(config.environments['production']?.infrastructure).to.deep.include({
        directory: 'environments/prod',
      });
      expect(config.environments['production']?.infrastructure?.workspace).to.equal(undefined);
    },
    told: ['no Dockerfile', 'separate Terraform roots'],
  },
  'Terraform at the top with a backend file for each environment': {
    files: {
      'main.tf':
        'terraform {\n  backend "s3" {}\n}\noutput "hosts" { value = {} }\noutput "url" { value = "" }\n',
      'backends/staging.s3.tfbackend': '',
      'backends/production.s3.tfbackend': '',
      'vars/staging.tfvars': '',
      Dockerfile: python,
    },
    branches: ['develop', 'master'],
    expected: (config) => {
      const { staging, production } = config.environments;
      expect(staging?.infrastructure).to.deep.include({
        'backend-config': ['backends/staging.s3.tfbackend'],
        'var-files': ['vars/staging.tfvars'],
      });
      expect(production?.infrastructure?.['backend-config']).to.deep.equal([
        'backends/production.s3.tfbackend',
      ]);
      expect(production?.infrastructure?.['var-files']).to.deep.equal([]);
      expect(target(config, 'staging', 'web')['kind']).to.equal('fleet');
      expect(staging?.url).to.equal('${output:url}');
    },
    told: ['no variable file for production'],
  },
  'Ansible alone, with a static inventory': {
    files: {
      'site.yml': '- hosts: web_servers\n  roles: [nginx]\n- hosts: db\n  roles: []\n',
      'backup.yml': '- hosts: all\n  tasks: []\n',
      'hosts.ini': '[web_servers]\nweb1 ansible_host=10.0.0.1\n[db]\ndb1\n[all:vars]\nx=1\n',
      'group_vars/all.yml': 'x: 1\n',
    },
    branches: ['main'],
    expected: (config) => {
      expect(config.environments['staging']?.provision).to.deep.include({
        directory: '.',
        playbooks: ['site.yml'],
      });
      expect(config.environments['staging']?.inventory.tags).to.include({ Environment: 'staging' });
      expect(config.environments['production']?.inventory.tags).to.include({ Environment: 'production' });
    },
    told: [
      'hosts.ini lists web1 and db1',
      'backup.yml',
      'inventory: { file: hosts.ini }',
      'guessed EC2 tags',
    ],
  },
  'an application with a fleet and its playbooks': {
    files: {
      'app/Dockerfile': python,
      'app/main.py': '',
      'ansible/site.yml': '- hosts: web\n  roles: [base]\n',
      'ansible/deploy.yml': '- hosts: web\n  tasks: []\n',
      'ansible/vars.yml': 'x: 1\n',
    },
    branches: ['develop', 'main'],
    expected: (config) => {
      expect(config.environments['staging']?.provision?.playbooks).to.deep.equal([
        'docker-host.yml',
        'site.yml',
      ]);
      expect(target(config, 'staging', 'web')).to.include({
        kind: 'fleet',
        group: 'web',
        'container-port': 8000,
      });
    },
    told: ['its own deploy.yml', 'guessed EC2 tags'],
  },
  'WordPress from an image of others': {
    files: {
      'docker-compose.yml':
        'services:\n  wordpress: { image: "wordpress:6", ports: ["80:80"] }\n  db: { image: mariadb }\n',
      'wp-config.php': '',
    },
    expected: (config) => expect(config.images).to.deep.equal({}),
    told: ['WordPress', 'wordpress (wordpress:6) and db (mariadb)', 'no git repository'],
  },
  'an empty directory': {
    files: {},
    expected: (config) => expect(config.images).to.deep.equal({}),
    told: ['no Dockerfile'],
  },
  'a repository without commits': {
    files: { Containerfile: python },
    branches: [],
    expected: (config) => expect(config.images['web']?.dockerfile).to.equal('Containerfile'),
  },
  'a directory of a larger repository': {
    files: { 'delivery/shop/Dockerfile': python, 'README.md': '' },
    branches: ['develop', 'main'],
    directory: 'delivery/shop',
    expected: (config) => expect(config.application).to.equal('shop'),
  },
  'names with spaces, quotes and other letters': {
    files: {
      "Über Café (2)/it's/Dockerfile": python,
      '3D Viewer/Dockerfile': node,
      '日本/Dockerfile': node,
      'on/Dockerfile': node,
      '1.10/Dockerfile': node,
    },
    branches: ["release/it's", '1.10', 'main'],
    directory: '.',
    expected: (config) => expect(Object.keys(config.images)).to.have.length(5),
  },
  'broken and hostile files': {
    files: {
      'docker-compose.yml': 'services: { a: { build: [ }',
      'api/compose.yml':
        'services: { x: { build: "https://example.com/x.git" }, y: { build: { context: ../../.. } }, z: 3 }\n',
      'package.json': '{',
      'ansible/site.yml': '- hosts: [a\n',
      'ansible/secret.yml': 'x: !vault |\n  abc\n',
      'terraform/main.tf.json': '{"output":{"cluster":',
      Dockerfile: 'not a Dockerfile',
      'Dockerfile.j2': 'FROM {{ x }}',
    },
    branches: ['main'],
    expected: (config) => expect(Object.keys(config.images)).to.deep.equal(['web']),
    told: ['docker-compose.yml is not read', 'Dockerfile.j2', 'no FROM', /x is left out/],
  },
};

describe('init', () => {
  let root: string;
  beforeEach(() => (root = realpathSync(mkdtempSync(join(tmpdir(), 'init-')))));
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...args], {
      stdio: 'pipe',
    });

  function make({ files, branches, directory = '.' }: Case): string {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    if (branches !== undefined) {
      git('init', '--quiet', `--initial-branch=${branches[0] ?? 'main'}`);
      if (branches.length > 0) {
        git('add', '.');
        git('commit', '--quiet', '--allow-empty', '--message=feat: begin');
        for (const branch of branches.slice(1)) git('branch', branch);
      }
    }
    return join(root, directory);
  }

  /** Splits a line as a POSIX shell does, single quotes only. */
  const shellWords = (line: string) =>
    [...line.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/g)].map(([word]) =>
      word.replace(/'([^']*)'|\\(.)/g, '$1$2'),
    );

  /** Every path that the configuration names, as it names it. */
  function pathsOf(config: Config): readonly string[] {
    const at = (path: string) => resolve(config.directory, path);
    return [
      ...Object.values(config.images).flatMap(({ context, dockerfile }) => [
        at(context),
        dockerfile === undefined ? join(at(context), 'Dockerfile') : at(dockerfile),
      ]),
      ...Object.values(config.environments).flatMap(({ infrastructure, provision }) => [
        ...(infrastructure === undefined
          ? []
          : [
              at(infrastructure.directory),
              ...infrastructure['var-files'].map((file) => join(at(infrastructure.directory), file)),
              ...infrastructure['backend-config'].map((file) => join(at(infrastructure.directory), file)),
            ]),
        ...(provision?.playbooks ?? [])
          .filter((name) => name !== 'docker-host.yml')
          .map((name) => join(at(provision?.directory ?? 'ansible'), name)),
      ]),
    ];
  }

  for (const [name, one] of Object.entries(CASES)) {
    describe(`of ${name}`, () => {
      const init = async (cwd = root) => {
        const directory = make(one);
        const program = programOf(resolve('runner'), cwd, {}, relative);
        const done = await cli(['init', '-C', directory, '--json'], { cwd, program });
        expect(done.exitCode, done.stderr).to.equal(0);
        const data = JSON.parse(done.stdout) as { notes: readonly string[]; next: readonly string[] };
        const config = await loadConfig(directory, 'automation-stack.yml');
        return { ...data, config, text: readFileSync(join(directory, 'automation-stack.yml'), 'utf8') };
      };

      it('makes of it what is in it, and tells what it guessed or left out', async () => {
        const { config, text, notes } = await init();
        one.expected(config, text);
        for (const told of one.told ?? []) {
          if (typeof told === 'string') expect(notes.join('\n')).to.contain(told);
          else expect(notes.join('\n')).to.match(told);
        }
      });

      it('names only what exists, and gives production nothing that is staging’s', async () => {
        const { config, text } = await init();
        for (const path of pathsOf(config)) expect(existsSync(path), path).to.equal(true);
        const { staging, production } = config.environments as Required<Config['environments']>;
        const workspaces = [staging, production].map((item) => item?.infrastructure?.workspace);
        const places = [staging, production].map((item) => item?.infrastructure?.directory);
        const isApart =
          places[0] !== places[1] || (workspaces[0] !== undefined && workspaces[0] !== workspaces[1]);
        for (const name of Object.keys(staging?.targets ?? {})) {
          const [one, other] = [target(config, 'staging', name), target(config, 'production', name)];
          if (one['kind'] === 'fleet') continue;
          const place = ({ cluster, service }: Record<string, unknown>) =>
            `${String(cluster)} ${String(service)}`;
          if (!(
            isApart &&
            place(one)
              .split(' ')
              .every((word) => word.startsWith('${output:'))
          ))
            expect(place(other)).not.to.equal(place(one));
        }
        const services = ['staging', 'production'].flatMap((environment) =>
          Object.entries(config.environments[environment]?.targets ?? {}).flatMap(([name, { kind }]) =>
            kind === 'fleet'
              ? []
              : [`${environment} ${JSON.stringify(target(config, environment, name)['service'])}`],
          ),
        );
        expect(new Set(services).size).to.equal(services.length);
        const tags = [staging, production].map((item) => JSON.stringify(item?.inventory.tags));
        if (tags[0] !== undefined) expect(tags[0]).not.to.equal(tags[1]);
        for (const [, output] of text.matchAll(/\$\{output:(\w+)\}/g)) {
          const declared = Object.values(one.files).some((content) => content.includes(`output "${output}"`));
          if (output !== 'NAME') expect(declared, output).to.equal(true);
        }
      });

      it('prints next commands that can be typed as they stand, from where the user is', async () => {
        const { next, config } = await init();
        const checked = next.find((line) => line.includes('config check')) ?? '';
        const [program, runner = '', ...words] = shellWords(checked);
        expect([program, existsSync(join(resolve(root, runner), 'index.js'))]).to.deep.equal(['node', true]);
        expect((await cli(words, { cwd: root })).exitCode).to.equal(0);
        const stages = shellWords(next.find((line) => line.includes(' stages ')) ?? '').slice(2);
        const shown = await cli(stages, { cwd: root });
        expect(shown.exitCode, shown.stderr).to.equal(0);
        expect(shown.stdout).to.match(/leads to (?:staging|production)/);
        for (const line of next.filter((item) => item.startsWith('node '))) {
          const [, , option, place = ''] = shellWords(line);
          expect([option, resolve(root, place)]).to.deep.equal(['-C', config.directory]);
        }
      });
    });
  }

  it('keeps --config and writes paths from where that file stands', async () => {
    make({
      files: { 'app/Dockerfile': python, 'terraform/main.tf': '' },
      branches: ['main'],
      expected: () => undefined,
    });
    const done = await cli(['init', '--config', 'deploy/shop file.yml', '--json'], { cwd: root });
    const { next } = JSON.parse(done.stdout) as { next: readonly string[] };
    expect(next.find((line) => line.includes('config check'))).to.match(
      /^node runner --config 'deploy\/shop file\.yml' config check$/,
    );
    const config = await loadConfig(root, 'deploy/shop file.yml');
    for (const path of pathsOf(config)) expect(existsSync(path), path).to.equal(true);
    expect(readFileSync(join(root, 'Jenkinsfile'), 'utf8')).to.contain("config: 'deploy/shop file.yml'");
  });

  it('ends with a code where there is no directory, or it cannot be written to', async () => {
    const missing = await cli(['init', '-C', join(root, 'missing')]);
    expect([missing.exitCode, missing.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && text.includes('USAGE'),
    );
    writeFileSync(join(root, 'file'), '');
    const file = await cli(['init', '-C', join(root, 'file')]);
    expect(file.exitCode).to.equal(2);
    const inFile = await cli(['init', '-C', root, '--config', 'file/x.yml']);
    expect(inFile.exitCode).to.equal(1);
    expect(inFile.stderr).to.contain('FILE_FAILED').and.to.contain('file/x.yml cannot be written');
  });
});
