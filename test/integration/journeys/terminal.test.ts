import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runnerPath } from '../../support/project.js';

const CONFIG = 'application: shop\nenvironments: { staging: {} }\n';
/** Runs a command on a terminal of its own, closes that in the middle, and waits for the command's end. */
const ON_A_TERMINAL = `
import os, pty, sys, time
ready, argv = sys.argv[1], sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(argv[0], argv)
seen = b''
while ready.encode() not in seen:
    seen += os.read(terminal, 4096)
os.close(terminal)
_, status = os.waitpid(pid, 0)
print(os.waitstatus_to_exitcode(status))
`;

describe('a run that loses its terminal', function () {
  this.timeout(60_000);
  let directory: string;
  const result = () => join(directory, 'result.json');
  const outcome = () =>
    JSON.parse(readFileSync(result(), 'utf8')) as { exitCode: number; error?: { code: string } };
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'automation-stack-terminal-'));
    writeFileSync(join(directory, 'automation-stack.yml'), CONFIG);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const runner = (...args: string[]) =>
    spawnSync(process.execPath, [runnerPath, '-C', directory, ...args], { encoding: 'utf8' });

  it('ends in order, with its own exit code', () => {
    expect(runner('lock', 'acquire', '--env', 'staging').status).to.equal(0);
    const waiting = ['lock', 'acquire', '--env', 'staging', '--wait', '1h', '--result', result()];
    const argv = [
      '-c',
      ON_A_TERMINAL,
      'waiting for',
      process.execPath,
      runnerPath,
      '-C',
      directory,
      ...waiting,
    ];
    const { stdout, stderr } = spawnSync('python3', argv, { encoding: 'utf8' });
    expect(stdout.trim(), stderr).to.equal('130');
    expect(outcome()).to.deep.include({ exitCode: 130 });
    expect(outcome().error?.code).to.equal('INTERRUPTED');
  });

  it('keeps its exit code where its log is on a full disk, its reader has gone, or it has no output at all', () => {
    const command = `"${process.execPath}" "${runnerPath}" -C "${directory}"`;
    const shell = (line: string) => spawnSync('bash', ['-c', line], { encoding: 'utf8' });
    for (const [words, exitCode] of [
      ['status --verbose', 0],
      ['rollback --env staging', 1],
      ['--help', 0],
      ['depoly', 2],
    ] as const) {
      for (const output of [
        '> /dev/full 2>&1',
        '>&- 2>&-',
        '2>/dev/full | head -c 0; exit ${PIPESTATUS[0]}',
      ]) {
        expect(shell(`${command} ${words} ${output}`).status, `${words} ${output}`).to.equal(exitCode);
      }
    }
  });

  it('lets a tee die in its middle', async () => {
    const reader = spawn('head', ['-c', '1'], { stdio: ['pipe', 'ignore', 'ignore'] });
    const child = spawn(process.execPath, [runnerPath, '-C', directory, 'status', '--result', result()], {
      stdio: ['ignore', reader.stdin, reader.stdin],
    });
    const exitCode = await new Promise((resolve) => child.once('exit', resolve));
    reader.kill();
    expect(exitCode).to.equal(0);
    expect(existsSync(result())).to.equal(true);
    expect(outcome().exitCode).to.equal(0);
  });
});
