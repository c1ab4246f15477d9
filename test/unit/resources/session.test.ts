import { expect } from 'chai';
import type { SshHosts } from '../../../runner/src/adapters/ssh/sshHosts.js';
import type { Terminal } from '../../../runner/src/base/ports.js';
import type { NamedInstance } from '../../../runner/src/domain/instance.js';
import { openSession } from '../../../runner/src/resources/session.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

const CONFIG = `application: shop
branches: { develop: staging }
environments:
  staging:
    aws: { region: eu-west-1 }
    inventory: { user: admin }
`;
const instance: NamedInstance = {
  ...{ id: 'i-0a1b2c3d', name: 'api-1', state: 'running', type: 't3.small', tags: {} },
  ...{ publicAddress: '203.0.113.7', privateAddress: '10.0.0.7' },
};

describe('a session on an instance', () => {
  let project: Deployment;
  const opened: { host: string; argv: readonly string[]; pty: boolean }[] = [];
  const waited: string[] = [];
  let isClosed = false;
  before(async () => (project = await deployment({ 'automation-stack.yml': CONFIG })));
  beforeEach(() => opened.splice(0));
  after(() => project.remove());

  const ssh = {
    open: async (host, argv, { pty, onOutput }) => {
      opened.push({ host: `${host.user}@${host.address}`, argv, pty: pty !== undefined });
      onOutput(Buffer.from('up 3 days'), 'stdout');
      return {
        ended: Promise.resolve(7),
        write: () => undefined,
        end: () => undefined,
        resize: () => undefined,
      };
    },
    ready: async ({ name }, { timeoutMs } = {}) => void waited.push(`${name} ${timeoutMs}`),
    close: () => (isClosed = true),
  } as Pick<SshHosts, 'close' | 'open' | 'ready'> as SshHosts;
  const session = async (
    over: Partial<NamedInstance> = {},
    command: readonly string[] = [],
    isTTY = false,
  ) => {
    const shown: string[] = [];
    let attached = 0;
    const terminal: Terminal = {
      ...{ isTTY, type: 'xterm', size: () => ({ columns: 80, rows: 24 }) },
      attach: () => {
        attached += 1;
        return () => (attached -= 1);
      },
      write: (chunk) => void shown.push(chunk.toString()),
      handOver: () => Promise.reject(new Error('not used')),
    };
    const context = { ...project.context, ssh: async () => ssh };
    const asked = { instance: { ...instance, ...over }, command, terminal, stage: stageOf('ssh') };
    const exitCode = await openSession(context, await context.environment('staging'), asked);
    return { exitCode, shown, attached };
  };

  it('is a login shell as the user of the inventory, and gives the terminal back', async () => {
    expect(await session({}, [], true)).to.deep.equal({ exitCode: 7, shown: ['up 3 days'], attached: 0 });
    expect(opened).to.have.length(1);
    expect(opened[0]).to.deep.include({ host: 'admin@203.0.113.7', pty: true });
    expect(opened[0]?.argv.join(' ')).to.contain('-l');
    expect(isClosed).to.equal(true);
  });

  it('is a command, word by word, without a terminal where nobody types', async () => {
    await session({}, ['echo', 'a b', '$HOME']);
    expect(opened[0]).to.deep.include({ argv: ['echo', 'a b', '$HOME'], pty: false });
  });

  it('is recorded', async () => {
    await session({}, ['uptime']);
    const { ledger } = await project.context.state();
    const newest = await ledger.changes.all('staging').next();
    expect(newest.value).to.deep.include({
      ...{ kind: 'instances', status: 'ok', summary: 'ssh api-1 (i-0a1b2c3d): uptime' },
    });
  });

  it('waits for one that boots, and for no other', async () => {
    await session();
    expect(waited).to.deep.equal([]);
    const nowMs = project.context.clock.now().getTime();
    await session({ launched: new Date(nowMs - 200_000).toISOString() });
    expect(waited).to.deep.equal([]);
    await session({ launched: new Date(nowMs - 60_000).toISOString() });
    expect(waited).to.have.length(1);
    expect(Number(waited[0]?.split(' ')[1])).to.be.within(100_000, 120_000);
  });

  it('is none where the instance does not run', async () => {
    await rejection(session({ state: 'stopped' }), 'INSTANCE_FAILED');
    expect(opened).to.deep.equal([]);
  });
});
