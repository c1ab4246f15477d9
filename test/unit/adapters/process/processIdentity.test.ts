import { spawn } from 'node:child_process';
import { hostname } from 'node:os';
import { expect } from 'chai';
import { ownIdentity, processState } from '../../../../runner/src/adapters/process/processIdentity.js';

describe('the identity of a process', () => {
  it('has all that Linux tells', () => {
    const { bootId, pidNamespace, startTime, pid } = ownIdentity();
    expect(pid).to.equal(process.pid);
    expect(bootId).to.match(/^[0-9a-f-]{36}$/);
    expect(pidNamespace).to.match(/^pid:\[\d+\]$/);
    expect(startTime).to.match(/^\d+$/);
  });

  it('is alive where only its start is not known, and unknown where its boot is not', () => {
    const { startTime: _, ...without } = ownIdentity();
    expect(processState(without)).to.equal('alive');
    expect(processState({ hostname: hostname(), pid: process.pid })).to.equal('unknown');
  });

  it('is dead where it has ended and nobody has taken note yet', async () => {
    // The shell ends at once; the process that has taken its place never asks how its child ended.
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 30'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const pid = Number(
        await new Promise((resolve) => parent.stdout.once('data', (data) => resolve(String(data)))),
      );
      const { startTime: _, ...here } = ownIdentity();
      let found = processState({ ...here, pid });
      for (let look = 0; look < 100 && found === 'alive'; look += 1) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        found = processState({ ...here, pid });
      }
      expect(found).to.equal('dead');
    } finally {
      parent.kill('SIGKILL');
    }
  });
});
