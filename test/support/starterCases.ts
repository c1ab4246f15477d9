import { expect } from 'chai';
import type { Config } from '../../runner/src/config/schema.js';

/** Paths with the text of each file. */
export type Tree = Readonly<Record<string, string>>;

export interface StarterCase {
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

export const target = (config: Config, environment: string, name: string) =>
  config.environments[environment]?.targets[name] as unknown as Record<string, unknown>;

/** Projects as they are met, each with what has to come of it. */
export const CASES: Readonly<Record<string, StarterCase>> = {
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
    expected: (config) => expect(config.images['web']).to.include({ dockerfile: 'Containerfile' }),
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
