import { expect } from 'chai';
import type { ChannelOptions, SshHosts } from '../../../../../../runner/src/adapters/ssh/sshHosts.js';
import { StackError } from '../../../../../../runner/src/base/errors.js';
import type { FleetDependencies } from '../../../../../../runner/src/delivery/targets/fleet/dependencies.js';
import { hostLogs } from '../../../../../../runner/src/delivery/targets/fleet/operate/logs.js';
import { VirtualClock } from '../../../../../support/virtualClock.js';

const host = { name: 'web-1', address: '10.0.0.1', port: 22, user: 'deploy', groups: ['web'] };
const stamp = (second: number) => `2026-11-03T12:00:${String(second).padStart(2, '0')}.000000000Z`;
const lost = () =>
  new StackError('SSH_UNREACHABLE', 'lost the connection while a command ran', { subject: 'web-1' });

describe('the log of a host that is followed', () => {
  /** @param parts what each following prints, from the moment that it was asked for, and how it ends */
  async function follow(parts: readonly { readonly until: number; readonly end: number | Error }[]) {
    const written = Array.from({ length: 9 }, (_, at) => ({ second: at + 1, line: `line ${at + 1}` }));
    const [asked, told, notes]: [string[], string[], string[]] = [[], [], []];
    const stop = new AbortController();
    let turn = 0;
    const ssh = {
      each: (hosts: readonly (typeof host)[], work: (one: typeof host) => unknown) =>
        Promise.all(hosts.map((one) => work(one))),
      execAsRoot: async () => ({ exitCode: 0, stdout: `${stamp(1)} line 1\n`, stderr: '' }),
      openAsRoot: async (_: unknown, argv: readonly string[], { onOutput }: ChannelOptions) => {
        const part = parts[turn];
        turn += 1;
        const since = argv[argv.indexOf('--since') + 1] ?? '';
        asked.push(since);
        if (part === undefined) {
          stop.abort();
          return { ended: Promise.reject(new Error('stopped')) };
        }
        // The engine gives the moment itself again.
        const lines = written.filter(({ second }) => stamp(second) >= since && second <= part.until);
        // In pieces that end anywhere.
        const text = lines.map(({ second, line }) => `${stamp(second)} ${line}\n`).join('');
        onOutput(Buffer.from(text.slice(0, 40)), 'stdout');
        onOutput(Buffer.from(text.slice(40)), 'stdout');
        return { ended: part.end instanceof Error ? Promise.reject(part.end) : Promise.resolve(part.end) };
      },
    } as unknown as SshHosts;
    const fleet = {
      name: 'web',
      application: 'shop',
      environmentName: 'staging',
      clock: new VirtualClock(),
      hosts: async () => [host],
      ssh: async () => ssh,
    } as unknown as FleetDependencies;
    await hostLogs(fleet, {
      lines: 100,
      follow: true,
      signal: stop.signal,
      tell: ({ line }) => void told.push(line),
      note: (message) => void notes.push(message),
    });
    return { asked, told, notes };
  }

  it('is told once each, through lost connections and from a container to its next one', async () => {
    const { asked, told, notes } = await follow([
      { until: 3, end: lost() },
      { until: 3, end: lost() },
      { until: 6, end: 0 },
      { until: 9, end: lost() },
    ]);
    expect(told).to.deep.equal(Array.from({ length: 9 }, (_, at) => `line ${at + 1}`));
    expect(asked).to.deep.equal([1, 3, 3, 6, 9].map(stamp));
    expect(notes[0]).to.contain('lost the connection').and.contain('tried again in 1');
    expect(notes).to.include('web-1: the container ended; its next one is waited for');
  });
});
