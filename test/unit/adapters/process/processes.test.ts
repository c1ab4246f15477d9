import { expect } from 'chai';
import { StackError } from '../../../../runner/src/base/errors.js';
import { LineSplitter } from '../../../../runner/src/adapters/process/streamLines.js';
import { createProcesses } from '../../../../runner/src/adapters/process/processes.js';
import { SecretRegistry } from '../../../../runner/src/secrets/redact.js';
import { rejection } from '../../../support/rejection.js';

const secrets = new SecretRegistry();
secrets.register('hunter2');
const processes = createProcesses({
  cwd: process.cwd(),
  env: { ...process.env, INHERITED: 'yes' },
  redactor: () => secrets.lines(),
});
const node = (code: string, more: Record<string, unknown> = {}) => ({
  file: process.execPath,
  args: ['-e', code],
  ...more,
});

describe('running a command', () => {
  it('hands its arguments over untouched by any shell', async () => {
    const hostile = ['$(id)', '`id`', 'a b', '"', "'", '*', '\n', 'ü', '; rm -rf x'];
    const code = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';
    const invocation = { file: process.execPath, args: ['-e', code, '--', ...hostile] };
    const { stdout } = await processes.run(invocation, { captureStdout: true });
    expect(JSON.parse(stdout)).to.deep.equal(hostile);
  });

  it('gives a failing exit code as a result, with the last lines as evidence', async () => {
    const result = await processes.run(node('console.log("one"); console.error("two"); process.exit(7)'));
    expect(result.exitCode).to.equal(7);
    expect([...result.tail].sort()).to.deep.equal(['one', 'two']);
  });

  it('keeps only the last lines', async () => {
    const { tail } = await processes.run(node('for (let i = 0; i < 1000; i++) console.log(i)'));
    expect(tail).to.have.lengthOf(40);
    expect(tail.at(-1)).to.equal('999');
  });

  it('redacts a secret that the child breaks over lines and colours', async () => {
    const seen: string[] = [];
    const code = 'console.log("a \\x1b[31mhunt\\x1b[0m"); console.log("er2 b"); console.log("\\x1b[1mend")';
    const { tail } = await processes.run(node(code), { onLine: (line) => seen.push(line) });
    expect(seen).to.deep.equal(['a ***', '*** b', 'end']);
    expect(tail).to.deep.equal(seen);
  });

  it('shows a line that only begins as a secret does while the child goes on', async () => {
    const seen: string[] = [];
    const code = 'console.log("hunt"); process.stdin.resume(); setTimeout(() => {}, 20000)';
    const interrupt = new AbortController();
    const onLine = (line: string) => {
      seen.push(line);
      interrupt.abort(new Error('seen'));
    };
    await processes.run(node(code), { onLine, signal: interrupt.signal }).catch(() => undefined);
    expect(seen).to.deep.equal(['hunt']);
  });

  it('redacts what the child prints before anybody sees it', async () => {
    const seen: string[] = [];
    const { tail } = await processes.run(node('console.log("password=hunter2")'), {
      onLine: (line) => seen.push(line),
    });
    expect([...seen, ...tail]).to.deep.equal(['password=***', 'password=***']);
  });

  it('adds to the environment and writes standard input', async () => {
    const code =
      'process.stdin.on("data", (d) => console.log(process.env.INHERITED, process.env.EXTRA, String(d)))';
    const { tail } = await processes.run(node(code, { env: { EXTRA: '1' }, input: 'hello' }));
    expect(tail).to.deep.equal(['yes 1 hello']);
  });

  it('hands over records of megabytes whole where they are read, and keeps little of them as evidence', async () => {
    const lines: number[] = [];
    const { tail } = await processes.run(node('console.log("x".repeat(3_000_000))'), {
      longestLine: 4_000_000,
      onLine: (line) => lines.push(line.length),
    });
    expect(lines).to.deep.equal([3_000_000]);
    expect(tail[0]?.length).to.be.lessThan(20_000);
  });

  it('says which tool is missing and how to get it', async () => {
    const error = await rejection(processes.run({ file: 'no-such-tool', args: [] }), 'TOOL_MISSING');
    expect(error.message).to.contain('no-such-tool');
    expect(error.next).to.contain('doctor');
  });

  it('ends the child on a signal and fails with its reason', async () => {
    const abort = new AbortController();
    const running = processes.run(node('setInterval(() => {}, 1000); console.log("up")'), {
      signal: abort.signal,
      onLine: () => abort.abort(new StackError('INTERRUPTED', 'interrupted by SIGTERM')),
    });
    await rejection(running, 'INTERRUPTED');
  });

  it('ends what the child itself has started', async () => {
    const grandchild =
      "require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })";
    const abort = new AbortController();
    const running = processes.run(node(`${grandchild}; console.log('up')`), {
      signal: abort.signal,
      onLine: () => abort.abort(new StackError('INTERRUPTED', 'interrupted by SIGTERM')),
    });
    // The grandchild holds the pipes: this would never end if it lived on.
    await rejection(running, 'INTERRUPTED');
  });

  it('stops a child that takes too long, and says so', async () => {
    const { exitCode, tail } = await processes.run(node('setInterval(() => {}, 1000)'), { timeoutMs: 200 });
    expect(exitCode).to.not.equal(0);
    expect(tail.at(-1)).to.contain('stopped');
  });
});

describe('a child that was cut short', () => {
  /** A runner whose own signal comes, or would be waited for longer than any test. */
  const runner = (signalWithinMs: number) => {
    const interrupt = new AbortController();
    const own = createProcesses({
      cwd: process.cwd(),
      env: {
        ...process.env,
        JENKINS_SERVER_COOKIE: 'durable-1',
        JENKINS_NODE_COOKIE: 'node-1',
        BUILD_ID: '7',
      },
      redactor: () => secrets.lines(),
      interrupt: interrupt.signal,
      signalWithinMs,
    });
    return { own, interrupt: () => interrupt.abort(new StackError('INTERRUPTED', 'interrupted by SIGTERM')) };
  };
  const NEVER = 3_600_000;
  const ways: Readonly<Record<string, string>> = {
    'by a signal': 'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)',
    'in a shell': 'process.exit(143)',
    'by the loss of its provider': 'console.log("Error: Plugin did not respond"); process.exit(1)',
    'by the loss of a process that it started': 'console.log("Output: signal: terminated"); process.exit(1)',
    'by the loss of a connection': 'console.error("Killed by signal 15."); process.exit(255)',
  };
  for (const [how, code] of Object.entries(ways)) {
    it(`${how} is an interruption where the runner's own signal comes after it`, async () => {
      const { own, interrupt } = runner(NEVER);
      const running = own.run(node(code), { onEnd: () => setTimeout(interrupt, 50) });
      await rejection(running, 'INTERRUPTED');
    });
  }

  it('is a failure where no signal comes', async () => {
    const { own } = runner(50);
    expect((await own.run(node('process.exit(143)'))).exitCode).to.equal(143);
  });

  it('is not what failed by itself: nothing is waited for', async () => {
    const { own } = runner(NEVER);
    const { exitCode } = await own.run(node('console.log("1 failed, 3 passed"); process.exit(1)'));
    expect(exitCode).to.equal(1);
  });

  it('is not what the runner itself has ended for taking too long', async () => {
    const { own } = runner(NEVER);
    const { tail } = await own.run(node('setInterval(() => {}, 1000)'), { timeoutMs: 200 });
    expect(tail.at(-1)).to.contain('stopped');
  });

  it('goes to its end in an undo, which no signal stops', async () => {
    const { own, interrupt } = runner(NEVER);
    const signal = new AbortController().signal;
    interrupt();
    expect((await own.run(node('console.log("undone")'), { signal })).exitCode).to.equal(0);
  });

  it('is not found by the cookies of Jenkins', async () => {
    const { own } = runner(NEVER);
    const code =
      'console.log(Object.keys(process.env).filter((name) => /COOKIE|BUILD_ID/.test(name)).join())';
    expect((await own.run(node(code))).tail).to.deep.equal(['BUILD_ID']);
  });
});

describe('splitting into lines', () => {
  const split = (...chunks: (string | Buffer)[]) => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    for (const chunk of chunks) splitter.push(Buffer.from(chunk));
    splitter.end();
    return lines;
  };

  it('joins what arrives in pieces', () => expect(split('a', 'b\nc', '\n')).to.deep.equal(['ab', 'c']));
  it('takes Windows line ends', () => expect(split('a\r\nb\r\n')).to.deep.equal(['a', 'b']));
  it('hands out a last line without an end', () => expect(split('a\nb')).to.deep.equal(['a', 'b']));
  it('keeps empty lines', () => expect(split('a\n\nb\n')).to.deep.equal(['a', '', 'b']));
  it('does not break a character that arrives in two pieces', () => {
    const bytes = Buffer.from('ü\n');
    expect(split(bytes.subarray(0, 1), bytes.subarray(1))).to.deep.equal(['ü']);
  });

  it('cuts an endless line and goes on after it', () => {
    const lines = split(...Array.from({ length: 50 }, () => 'x'.repeat(1000)), '\nnext\n');
    expect(lines).to.have.lengthOf(2);
    expect(lines[0]?.length).to.be.lessThan(20_000);
    expect(lines[1]).to.equal('next');
  });
});
