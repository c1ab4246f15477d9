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
import { layersOf } from '../../../runner/src/hosts/rules/layers.js';
import { programOf } from '../../../runner/src/base/calledAs.js';
import type { Config, DockerImageConfig } from '../../../runner/src/config/schema.js';
import { cli } from '../../support/cli.js';
import { loadConfig } from '../../support/config.js';
import { CASES, target, type StarterCase } from '../../support/starterCases.js';

describe('init', () => {
  let root: string;
  beforeEach(() => (root = realpathSync(mkdtempSync(join(tmpdir(), 'init-')))));
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...args], {
      stdio: 'pipe',
    });

  function make({ files, branches, directory = '.' }: StarterCase): string {
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
      ...Object.values(config.images as Record<string, DockerImageConfig>).flatMap(
        ({ context, dockerfile }) => [
          at(context),
          dockerfile === undefined ? join(at(context), 'Dockerfile') : at(dockerfile),
        ],
      ),
      ...Object.values(config.environments).flatMap(({ infrastructure, provision }) => [
        ...(infrastructure === undefined
          ? []
          : [
              at(infrastructure.directory),
              ...infrastructure['var-files'].map((file) => join(at(infrastructure.directory), file)),
              ...infrastructure['backend-config'].map((file) => join(at(infrastructure.directory), file)),
            ]),
        ...layersOf(provision?.playbooks)
          .map(({ playbook }) => playbook)
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
      files: { 'app/Dockerfile': 'FROM python\nEXPOSE 8000\n', 'terraform/main.tf': '' },
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
