import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect } from 'chai';
import { runCommandLine } from '../../../runner/src/commandLine.js';

/** A stream on which every write fails, as the operating system says it. */
const broken = (code: string) =>
  new Writable({
    autoDestroy: false,
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(`write ${code}`), { code })),
  });

describe('a run whose output goes nowhere', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'automation-stack-output-'));
    writeFileSync(
      join(directory, 'automation-stack.yml'),
      'application: shop\nenvironments: { staging: {} }\n',
    );
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const run = (argv: readonly string[], code: string) =>
    runCommandLine({
      argv,
      env: { ...process.env, NO_COLOR: '1' },
      cwd: directory,
      stdout: broken(code),
      stderr: broken(code),
      onSignal: () => undefined,
    });

  const commands: readonly (readonly [argv: readonly string[], exitCode: number])[] = [
    [['status'], 0],
    [['status', '--json'], 0],
    [['lock', 'acquire', '--env', 'staging'], 0],
    [['rollback', '--env', 'staging'], 1],
    [['depoly'], 2],
    [['deploy', '--no-such-option'], 2],
    [['--help'], 0],
  ];
  for (const code of ['EIO', 'EPIPE', 'ENOSPC', 'EBADF', 'ECONNRESET']) {
    it(`goes on to its end and keeps its exit code after ${code}`, async () => {
      for (const [argv, exitCode] of commands)
        expect(await run(argv, code), argv.join(' ')).to.equal(exitCode);
    });
  }

  it('still writes its failure to the file for it where the result has no place', async () => {
    const error = join(directory, 'error.json');
    const argv = ['rollback', '--env', 'staging', '--result', '/dev/null/result.json', '--error', error];
    expect(await run(argv, 'EIO')).to.equal(1);
    expect(JSON.parse(readFileSync(error, 'utf8'))).to.include({ code: 'RELEASE_NONE' });
  });
});
