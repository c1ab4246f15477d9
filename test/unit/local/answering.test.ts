import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { isAnswering } from '../../../runner/src/local/localContext.js';

describe('a service of the local environment', () => {
  it('answers where it does so late, as on a busy machine, and with any status; where there is none, it does not', async () => {
    const server = createServer((_, response) => {
      void pause(1200).then(() => response.writeHead(503).end());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    try {
      expect(await isAnswering(url)).to.equal(true);
    } finally {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    }
    expect(await isAnswering(url)).to.equal(false);
  });
});
