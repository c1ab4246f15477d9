import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import fc from 'fast-check';
import { isPair, parseDocument, visit } from 'yaml';
import type { CommandDefinition } from '../../../runner/src/commands/command.js';
import { optionsOf } from '../../../runner/src/commands/options.js';
import { allCommands } from '../../../runner/src/commands/registry.js';
import { ExitCode } from '../../../runner/src/base/errors.js';
import { cli, type CliResult } from '../../support/cli.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const examples = ['blue-green', 'flask-fleet', 'hello-ecs', 'laravel-ci', 's3-artifact', 'wordpress-ecs'];
/** Without what is configured for a team: nothing here may leave this machine. */
const example = (name: string) =>
  readFileSync(join(root, 'examples', name, 'automation-stack.yml'), 'utf8').replace(/^state:.*/m, '');

/** No tool, no engine, no credentials: whatever is asked for fails soon, and in words. */
const nothing: Readonly<Record<string, string | undefined>> = {
  PATH: '/nonexistent',
  DOCKER_HOST: 'unix:///nonexistent/docker.sock',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_PROFILE: undefined,
  SLACK_BOT_TOKEN: undefined,
};

function mustBeTold({ exitCode, stdout, stderr }: CliResult, what: string): void {
  expect(Object.values(ExitCode), `${what}\n${stderr}`).to.include(exitCode);
  expect(`${stdout}${stderr}`, what).to.not.match(/\bBUG\b|^\s+at .+:\d+:\d+\)?$/m);
  if (exitCode !== 0 && stderr !== '') expect(stderr, what).to.not.match(/\[object Object\]|undefined/);
}

describe('what a user can cause has a code, whatever the', () => {
  let home: string;
  let definitions: readonly CommandDefinition[];
  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'automation-stack-causes-'));
    // The local environment is other people's too.
    definitions = (await allCommands()).filter(({ name }) => !name.startsWith('local'));
  });
  after(() => rmSync(home, { recursive: true, force: true }));

  function project(config: string | Buffer | undefined = example('flask-fleet')): string {
    const directory = mkdtempSync(join(home, 'project-'));
    if (config !== undefined) writeFileSync(join(directory, 'automation-stack.yml'), config);
    return directory;
  }
  function wholeProject(config?: string | Buffer): string {
    const directory = project(config);
    for (const folder of ['app', 'terraform/local']) mkdirSync(join(directory, folder), { recursive: true });
    writeFileSync(join(directory, 'app/Dockerfile'), 'FROM scratch\n');
    writeFileSync(join(directory, 'terraform/main.tf'), '');
    return directory;
  }
  const words = (definition: CommandDefinition, ...more: string[]) => [
    ...definition.name.split(' '),
    ...(definition.environment === 'required' && !more.some((word) => word.startsWith('--env'))
      ? ['--env=staging']
      : []),
    ...(definition.changes === true ? ['--dry-run'] : []),
    ...more,
  ];
  const needed = ({ arguments: all = [] }: CommandDefinition, word = 'x') =>
    all.filter(({ required }) => required === true).map(() => word);
  const run = async (
    cwd: string,
    argv: readonly string[],
    env: Readonly<Record<string, string | undefined>> = {},
  ) => {
    const own = { HOME: home, AUTOMATION_STACK_HOME: join(home, 'own'), ...nothing, ...env };
    mustBeTold(await cli(argv, { cwd, env: own }), argv.join(' '));
  };
  const anyCommand = () =>
    fc.integer({ min: 0, max: 1e6 }).map((at) => definitions[at % definitions.length] as CommandDefinition);

  it('configuration: any of the examples with a node dropped, doubled or of another type', () => {
    const values = [
      null,
      5,
      true,
      '',
      'x',
      [],
      {},
      [[]],
      { a: { b: 1 } },
      '${env:X}',
      '${evn:X}',
      '*app',
      -1,
      1e99,
      'a b',
      '/dev/null',
      '/proc/x/y',
      '{{ x }}',
      '--help',
      'toString',
      'x'.repeat(3000),
    ];
    return fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...examples),
        fc.integer({ min: 0, max: 200 }),
        fc.constantFrom('drop', 'double', 'replace'),
        fc.constantFrom(...values),
        anyCommand(),
        async (name, at, kind, value, definition) => {
          const cwd = wholeProject(mutated(example(name), at, kind, value));
          await run(cwd, ['config', 'check']);
          await run(cwd, words(definition, ...needed(definition)), { X: '/' });
        },
      ),
      { numRuns: 25 },
    );
  }).timeout(60_000);

  it('configuration: any text and any bytes', () =>
    fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
          fc.string({ unit: 'grapheme' }),
          fc
            .array(
              fc.constantFrom(
                'a',
                ':',
                ' ',
                '\n',
                '- ',
                '*a',
                '&a ',
                '<<: ',
                '{',
                '}',
                '[',
                ']',
                '"',
                "'",
                '|',
                '!x ',
                '#',
                '---\n',
                '\t',
                '? ',
                '%YAML 1.1\n',
              ),
              { maxLength: 30 },
            )
            .map((parts) => parts.join('')),
          fc.string().map((text) => Buffer.from(`\ufeff${text}`, 'utf16le')),
        ),
        async (text) => run(project(text as string), ['config', 'check']),
      ),
      { numRuns: 100 },
    )).timeout(60_000);

  it('option and argument', () => {
    const odd = [
      '',
      '-1',
      'x',
      '1e9',
      '../..',
      '/',
      '/dev/null/x',
      '/proc/x/y',
      'a\nb',
      'x'.repeat(5000),
      '__proto__',
      'toString',
      '%s',
      '*',
      '[',
      ',',
    ];
    return fc.assert(
      fc.asyncProperty(anyCommand(), fc.nat(50), fc.constantFrom(...odd), async (definition, at, value) => {
        const taking = optionsOf(definition).filter((option) => option.value !== undefined);
        const option = taking[at % taking.length];
        const cwd = wholeProject();
        await run(cwd, words(definition, `--${option?.name}=${value}`, ...needed(definition)));
        await run(cwd, words(definition, '--', ...(definition.arguments === undefined ? [] : [value])));
      }),
      { numRuns: 25 },
    );
  }).timeout(60_000);

  const environments: Readonly<Record<string, Readonly<Record<string, string | undefined>>>> = {
    'HOME is not set': { HOME: undefined },
    'HOME is a file': { HOME: '/etc/passwd', AUTOMATION_STACK_HOME: undefined },
    'HOME is no place': { HOME: '/proc/x/y', AUTOMATION_STACK_HOME: undefined },
    'HOME is empty': { HOME: '' },
    'TMPDIR is missing': { TMPDIR: '/nonexistent' },
    'TMPDIR is a file': { TMPDIR: '/etc/passwd' },
    'PATH is not set': { PATH: undefined },
    'DOCKER_HOST is nonsense': { DOCKER_HOST: ':::', DOCKER_CONFIG: '/etc/passwd' },
    'AWS is set up wrong': { AWS_PROFILE: 'none', AWS_CONFIG_FILE: '/', AWS_ENDPOINT_URL: 'nonsense' },
    'Slack is nowhere': { SLACK_API_URL: 'nonsense', SLACK_BOT_TOKEN: 'x' },
    'Jenkins says odd things': {
      CI: '1',
      BUILD_URL: 'none',
      BUILD_USER_ID: '\n',
      AUTOMATION_STACK_RUN: '/../..',
    },
    'the terminal is odd': { TERM: '', COLUMNS: 'x', LINES: '-1', LANG: 'xx' },
    'proxies are nonsense': { HTTP_PROXY: 'nonsense', HTTPS_PROXY: '::', NO_PROXY: '[' },
  };
  for (const [name, env] of Object.entries(environments)) {
    it(`environment: ${name}`, async () => {
      const cwd = wholeProject();
      for (const line of [
        'config check',
        'status --env staging',
        'plan --env staging',
        'build',
        'deploy --env staging --dry-run',
      ])
        await run(cwd, line.split(' '), env);
    }).timeout(30_000);
  }

  const places: Readonly<Record<string, (directory: string) => void>> = {
    'there is none': (directory) => rmSync(join(directory, 'automation-stack.yml')),
    'a directory has its name': (directory) => replaced(directory, 'automation-stack.yml', mkdirSync),
    'a link that leads to itself has its name': (directory) =>
      replaced(directory, 'automation-stack.yml', (path) => symlinkSync('automation-stack.yml', path)),
    'a pipe has its name': (directory) => replaced(directory, 'automation-stack.yml', pipe),
    'the state is a file': (directory) => writeFileSync(join(directory, '.automation-stack'), ''),
    'a context is a file': (directory) => replaced(directory, 'app', (path) => writeFileSync(path, '')),
    'a context leads to itself': (directory) =>
      replaced(directory, 'app', (path) => symlinkSync('app', path)),
    'a Dockerfile is a directory': (directory) => replaced(directory, 'app/Dockerfile', mkdirSync),
    'a Dockerfile is a pipe': (directory) => replaced(directory, 'app/Dockerfile', pipe),
    'a .dockerignore is a directory': (directory) => mkdirSync(join(directory, 'app/.dockerignore')),
    'a name in a context is no UTF-8': (directory) =>
      writeFileSync(Buffer.concat([Buffer.from(join(directory, 'app/')), Buffer.from([0xff, 0xfe])]), ''),
    'names in a context are odd': (directory) => {
      for (const name of ['a\nb', ' ', '-x', 'é', '😀', '\\', '"', '$x', '{{x}}', 'n'.repeat(255)])
        writeFileSync(join(directory, 'app', name), name);
    },
    'a Terraform root is a file': (directory) =>
      replaced(directory, 'terraform', (path) => writeFileSync(path, '')),
    'a file of Terraform is a directory': (directory) => mkdirSync(join(directory, 'terraform/x.tf')),
    'playbooks are a file': (directory) => writeFileSync(join(directory, 'ansible'), ''),
    'a repository is none': (directory) => {
      mkdirSync(join(directory, '.git'));
      writeFileSync(join(directory, '.git/HEAD'), 'nonsense');
    },
  };
  for (const [name, make] of Object.entries(places)) {
    it(`file: ${name}`, async () => {
      const cwd = wholeProject();
      make(cwd);
      const lines = [
        'config check',
        'status --env staging',
        'plan --env staging',
        'build',
        'init --dry-run',
        'deploy --env staging --dry-run',
        'iam-policy --env staging --command plan',
      ];
      for (const line of lines) await run(cwd, line.split(' '), { PATH: process.env['PATH'] });
    }).timeout(30_000);
  }

  it('directory: -C and --config that lead nowhere, and outcomes that cannot be written', async () => {
    for (const definition of definitions) {
      for (const more of [
        ['-C', '/nonexistent/x'],
        ['-C', 'automation-stack.yml'],
        ['--config', '/'],
        ['--config', '/dev/zero'],
      ])
        await run(project(), words(definition, ...more, ...needed(definition)));
    }
    await run(project(), ['config', 'check', '--result', '/', '--error', '/proc/x/y']);
    expect((await cli(['config', 'check', '-C', '/nonexistent/x'])).stderr).to.contain(
      'cannot work in /nonexistent/x',
    );
  }).timeout(60_000);

  describe('process: one', () => {
    /** In a process of its own, as a user that the list of users does not have where the tests may become one. */
    const stranger = process.getuid?.() === 0 ? { uid: 54_321, gid: 54_321 } : {};
    function started(cwd: string, before: string, ...argv: string[]) {
      const script = join(cwd, 'start.mjs');
      const main = JSON.stringify(join(root, 'runner/src/main.ts'));
      writeFileSync(script, `process.chdir(${JSON.stringify(cwd)}); ${before}; await import(${main});`);
      const node = ['--import', 'tsx', script];
      const { status, stdout, stderr } = spawnSync(process.execPath, [...node, ...argv], {
        cwd: root,
        encoding: 'utf8',
        env: {
          PATH: process.env['PATH'],
          PWD: join(cwd, 'gone'),
          DOCKER_HOST: nothing['DOCKER_HOST'],
          TMPDIR: cwd,
        },
        ...stranger,
      });
      mustBeTold({ exitCode: status ?? -1, stdout, stderr }, argv.join(' '));
      return stderr;
    }
    function own(directory: string): string {
      chmodSync(home, 0o755);
      for (const path of ['.', ...readdirSync(directory, { recursive: true })])
        if (stranger.uid !== undefined) chownSync(join(directory, String(path)), stranger.uid, stranger.gid);
      return directory;
    }

    it('of a user without a name or a home, who may not read a file of a context', () => {
      const cwd = wholeProject();
      writeFileSync(join(cwd, 'app/secret.key'), 'x');
      chmodSync(join(cwd, 'app/secret.key'), 0o000);
      const said = started(own(cwd), '', 'build', '--env', 'staging');
      expect(said).to.match(/image web: cannot open \S+secret\.key: permission denied/);
      expect(said).to.contain('.dockerignore');
    }).timeout(30_000);

    it('whose directory was removed under its feet', () => {
      const cwd = own(wholeProject());
      // As Node answers then; the directory itself stays, since what loads TypeScript here needs one.
      const remove =
        "process.cwd = () => { throw Object.assign(new Error('uv_cwd'), { code: 'ENOENT', syscall: 'uv_cwd' }); }";
      expect(started(cwd, remove, 'config', 'check')).to.match(
        /cannot work in \S+gone: there is no such file or directory/,
      );
    }).timeout(30_000);
  });
});

/** The text with its node of that number (of all, in turn) dropped, given twice, or replaced by a value. */
function mutated(text: string, at: number, kind: string, value: unknown): string {
  const document = parseDocument(text);
  const pairs: { items: unknown[]; index: number }[] = [];
  visit(document, {
    Map: (_key, { items }) => void items.forEach((_, index) => pairs.push({ items, index })),
  });
  const { items, index } = pairs[at % pairs.length] as (typeof pairs)[number];
  const pair = items[index];
  if (kind === 'drop') items.splice(index, 1);
  else if (kind === 'double') items.push(pair);
  else if (isPair(pair)) pair.value = document.createNode(value);
  return document.toString();
}

function replaced(directory: string, name: string, make: (path: string) => void): void {
  rmSync(join(directory, name), { recursive: true, force: true });
  make(join(directory, name));
}

const pipe = (path: string) => void execFileSync('mkfifo', [path]);
