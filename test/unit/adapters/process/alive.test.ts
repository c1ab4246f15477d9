import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { isAlive, processStat } from '../../../../runner/src/adapters/process/alive.js';

describe('a process by its id', () => {
  let child: ChildProcess | undefined;
  afterEach(() => void child?.kill('SIGKILL'));

  it('is alive while it runs, and is not afterwards', async () => {
    child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    const pid = child.pid as number;
    expect(isAlive(pid)).to.equal(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isAlive(pid)).to.equal(false);
    expect(processStat(pid)).to.equal(undefined);
  });

  it('is alive also where it is somebody else’s', () => {
    expect(isAlive(1)).to.equal(true);
  });

  it('is not alive where it ended and is still listed', async () => {
    // The shell becomes a program that never asks how its child ended; only then the child may end.
    child = spawn('sh', ['-c', 'cat <&3 & echo $!; exec sleep 60 3<&-'], {
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
    });
    const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    const pid = Number(line.toString());
    const read = (file: string) => readFile(`/proc/${file}`, 'utf8');
    while (!(await read(`${child.pid}/cmdline`)).startsWith('sleep')) await sleep(5);
    (child.stdio[3] as Writable).end();
    while (!(await read(`${pid}/stat`)).includes(') Z ')) await sleep(5);
    expect(isAlive(pid)).to.equal(false);
  });

  it('has a start that tells it from the next one with that id', () => {
    expect(processStat(process.pid)?.startTime).to.match(/^\d+$/);
  });
});
