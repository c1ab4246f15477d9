import { expect } from 'chai';
import type { ChannelOptions, SshHosts } from '../../../../../../runner/src/adapters/ssh/sshHosts.js';
import type { Terminal } from '../../../../../../runner/src/base/ports.js';
import type { ExecRequest, LogRequest } from '../../../../../../runner/src/context/operations.js';
import type { Host } from '../../../../../../runner/src/domain/host.js';
import type { InstancesDependencies } from '../../../../../../runner/src/delivery/targets/instances/dependencies.js';
import { execOnInstance } from '../../../../../../runner/src/delivery/targets/instances/operate/exec.js';
import { instanceLogs } from '../../../../../../runner/src/delivery/targets/instances/operate/logs.js';
import {
  journalArguments,
  journalReader,
} from '../../../../../../runner/src/delivery/targets/instances/rules/journal.js';
import type { OwnInstance } from '../../../../../../runner/src/delivery/targets/instances/rules/ownInstance.js';
import { rejection } from '../../../../../support/rejection.js';
import { VirtualClock } from '../../../../../support/virtualClock.js';

const own = (id: string, version: string, state: 'running' | 'stopped', isServing: boolean): OwnInstance => ({
  instance: { id, state, tags: {} },
  label: {
    ...{ application: 'shop', environment: 'staging', target: 'web', version, digest: '', definition: '' },
    ...{ run: '7-n1', slot: 0 },
  },
  health: isServing ? { state: 'healthy' } : undefined,
});
const ALL = [
  own('i-1', '1.0.0', 'stopped', false),
  own('i-2', '1.1.0', 'running', true),
  own('i-3', '1.1.0', 'running', true),
  own('i-4', '1.2.0', 'running', false),
];

describe('the log of an instance', () => {
  const asked: string[] = [];
  const target = (config: Record<string, unknown>) => {
    const said: Readonly<Record<string, string>> = {
      'i-2': '1793966400.000002 ip-2 app[1]: two\n  more of two\n-- Boot 1 --\n',
      'i-3': '1793966400.000001 ip-3 app[1]: three\n',
      'i-4': '1793966400.000003 ip-4 app[1]: four\n',
    };
    const ssh = {
      each: (hosts: readonly Host[], work: (one: Host) => unknown) =>
        Promise.all(hosts.map((one) => work(one))),
      execAsRoot: async ({ name }: Host, argv: readonly string[]) => {
        asked.push(argv.join(' '));
        return { exitCode: 0, stdout: said[name] ?? '', stderr: '' };
      },
      openAsRoot: async ({ name }: Host, argv: readonly string[], options: ChannelOptions) =>
        session(`root@${name}`, argv, options),
      open: async ({ name }: Host, argv: readonly string[], options: ChannelOptions) =>
        session(`user@${name}`, argv, options),
    } as unknown as SshHosts;
    const session = (where: string, argv: readonly string[], { onOutput }: ChannelOptions) => {
      asked.push(`${where} ${argv.join(' ')}`);
      onOutput(Buffer.from('said so'), 'stdout');
      return { ended: Promise.resolve(3) };
    };
    return {
      ...{ name: 'web', application: 'shop', environmentName: 'staging', config, clock: new VirtualClock() },
      ssh: async () => ssh,
      hostOf: async ({ id }: { id: string }) => ({
        name: id,
        address: id,
        port: 22,
        user: 'admin',
        groups: [],
      }),
    } as unknown as InstancesDependencies;
  };
  const logs = async (config: Record<string, unknown>, request: Partial<LogRequest> = {}) => {
    const told: string[] = [];
    asked.length = 0;
    await instanceLogs(target(config), ALL, {
      ...{ lines: 100, follow: false, signal: new AbortController().signal, note: () => undefined },
      tell: ({ task, line }) => void told.push(`${task} ${line}`),
      ...request,
    });
    return told;
  };

  it('is the journal of its unit, of those that serve, in the order of time', async () => {
    expect(await logs({ unit: 'shop' })).to.deep.equal([
      'i-3 app[1]: three',
      'i-2 app[1]: two',
      'i-2   more of two',
    ]);
    expect(asked[0]).to.equal('journalctl --no-pager --quiet --output=short-unix --unit=shop --lines=100');
  });

  it('is that of an instance by what its id begins with, or of a release, also where it does not serve', async () => {
    expect(await logs({}, { task: 'i-4' })).to.deep.equal(['i-4 app[1]: four']);
    expect(await logs({}, { wanted: ({ version }) => version === '1.2.0' })).to.deep.equal([
      'i-4 app[1]: four',
    ]);
  });

  it('is that of the container where an image runs', async () => {
    await logs({ image: 'web' });
    expect(asked[0]).to.equal('docker logs --timestamps --tail 100 shop-web');
  });

  it('is refused of one that does not run, with what there is', async () => {
    const error = await rejection(logs({}, { task: 'i-1' }), 'TASK_NONE');
    expect(error.message).to.equal('no instance of web i-1 is running');
    expect(error.evidence).to.include('i-1 1.0.0 is stopped');
  });

  it('is followed from a moment on, with nothing of what was before', () => {
    expect(journalArguments('shop', { since: '2026-11-06T12:00:00.000Z', follow: true })).to.deep.equal([
      ...['journalctl', '--no-pager', '--quiet', '--output=short-unix', '--unit=shop'],
      ...['--since=@1793966400.000000', '--lines=all', '--follow'],
    ]);
    expect(journalArguments(undefined, { since: '1793966400.123456' })).to.include(
      '--since=@1793966400.123456',
    );
    const read = journalReader();
    expect(read('-- No entries --')).to.equal(undefined);
    expect(read('1793966400.123456 ip-1 app[9]: hello')).to.deep.equal({
      ...{ stamp: '1793966400.123456', at: 1793966400123, line: 'app[9]: hello' },
    });
  });

  describe('and a session on it', () => {
    const session = async (config: Record<string, unknown>, request: Partial<ExecRequest> = {}) => {
      const notes: string[] = [];
      asked.length = 0;
      const exitCode = await execOnInstance(target(config), ALL, {
        ...{ command: ['uptime'], signal: new AbortController().signal },
        terminal: {
          isTTY: false,
          write: () => undefined,
          attach: () => () => undefined,
        } as unknown as Terminal,
        note: (message) => void notes.push(message),
        ...request,
      });
      return { exitCode, notes, asked: [...asked] };
    };

    it('is its own user’s, on the one that has served longest, with the exit code of the command', async () => {
      expect(await session({})).to.deep.equal({
        ...{ exitCode: 3, notes: ['i-2'], asked: ['user@i-2 uptime'] },
      });
    });

    it('is in the container where an image runs, or where one is named', async () => {
      const { asked: image } = await session({ image: 'web' }, { task: 'i-3' });
      expect(image).to.deep.equal(['root@i-3 docker exec --interactive shop-web uptime']);
      const { asked: named } = await session({}, { container: 'db' });
      expect(named).to.deep.equal(['root@i-2 docker exec --interactive db uptime']);
    });
  });
});
