import { expect } from 'chai';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followFile } from '../../../../runner/src/adapters/process/follow.js';

describe('following a file', () => {
  let directory: string;
  beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), 'automation-stack-test-'))));
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('gives each line once it is whole, and the rest when the writer has ended', async () => {
    const file = join(directory, 'log');
    await writeFile(file, 'one\ntw');
    const lines: string[] = [];
    let end = () => undefined as void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const seen = new Promise<void>((resolve) => {
      void followFile(file, ended, (line) => {
        lines.push(line);
        if (line === 'last') resolve();
      });
    });
    // Half of a character in one write, half in the next.
    const bytes = Buffer.from('o ü\nlast');
    await appendFile(file, bytes.subarray(0, 3));
    await appendFile(file, bytes.subarray(3));
    end();
    await seen;
    expect(lines).to.deep.equal(['one', 'two ü', 'last']);
  });

  it('reads to the end also where the writer failed', async () => {
    const file = join(directory, 'log');
    await writeFile(file, 'a\nb\n');
    const lines: string[] = [];
    await followFile(file, Promise.reject(new Error('exit 1')), (line) => lines.push(line));
    expect(lines).to.deep.equal(['a', 'b']);
  });
});
