import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ProcessGroup } from '../../../../runner/src/adapters/process/group.js';

/** A child that hears neither SIGINT nor SIGTERM and ends by itself a little later. */
async function stubborn() {
  const child = spawn('sh', ['-c', "trap '' INT TERM; echo ready; sleep 0.5; exit 7"], { detached: true });
  await once(child.stdout, 'data');
  return child;
}

describe('a process group that was asked to end', () => {
  it('is killed after SIGTERM where it does not end by itself', async () => {
    const child = await stubborn();
    new ProcessGroup(child.pid, 10).end('SIGTERM');
    expect(await once(child, 'exit')).to.deep.equal([null, 'SIGKILL']);
  });

  it('is never killed after SIGINT: terraform must save its state first', async () => {
    const child = await stubborn();
    new ProcessGroup(child.pid, 10).end('SIGINT');
    expect(await once(child, 'exit')).to.deep.equal([7, null]);
  });
});
