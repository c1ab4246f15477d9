import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { openChannel } from '../../../../runner/src/adapters/ssh/channel.js';
import type { Connection } from '../../../../runner/src/adapters/ssh/connection.js';

const host = { name: 'web-1', address: '10.0.0.1', port: 22, user: 'deploy', groups: [] };

describe('a command on a host whose output is handed on', () => {
  it('has its exit code also where its end comes in one packet with its beginning', async () => {
    const channel = Object.assign(new PassThrough(), { stderr: new PassThrough(), close: () => undefined });
    const client = {
      exec(_command: string, _options: object, opened: (error: undefined, its: typeof channel) => void) {
        opened(undefined, channel);
        channel.write('done');
        channel.emit('exit', 7);
        channel.end();
      },
    };
    const connection = {
      ssh: { connection: client, isConnected: () => true },
      link: { stream: new EventEmitter(), hold: () => undefined, release: () => undefined },
    } as unknown as Connection;
    const said: string[] = [];
    const { ended } = await openChannel(connection, host, ['uptime'], {
      signal: new AbortController().signal,
      onOutput: (chunk) => void said.push(chunk.toString()),
    });
    expect(await ended).to.equal(7);
    expect(said).to.deep.equal(['done']);
  });
});
