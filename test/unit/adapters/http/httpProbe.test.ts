import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { probe } from '../../../../runner/src/adapters/http/httpProbe.js';

describe('a health probe', () => {
  let server: Server;
  let url: string;
  const asked: string[] = [];
  before(async () => {
    server = createServer((request, response) => {
      if (request.url === '/silent') return;
      asked.push([request.headers.host, request.headers['x-origin']].join(' ').trim());
      const secure = request.url === '/secure' ? 'https://127.0.0.1:1/secure' : 'https://127.0.0.1:1/login';
      if (request.url === '/secure' || request.url === '/private')
        response.writeHead(301, { location: secure });
      else if (request.url === '/moved') response.writeHead(302, { location: '/' });
      else response.writeHead(request.url === '/ill' ? 503 : 200);
      response.end('x'.repeat(100_000));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it('tells the status, without following redirects', async () => {
    expect(await probe(`${url}/`, { timeoutMs: 2000 })).to.deep.equal({ status: 200, words: '200' });
    expect(await probe(`${url}/ill`, { timeoutMs: 2000 })).to.deep.equal({ status: 503, words: '503' });
    expect((await probe(`${url}/moved`, { timeoutMs: 2000 })).status).to.equal(302);
  });

  it('follows a redirect to TLS, which a load balancer sends with nothing behind it', async () => {
    expect(await probe(`${url}/secure`, { timeoutMs: 2000 })).to.deep.equal({ words: 'connection refused' });
    expect((await probe(`${url}/private`, { timeoutMs: 2000 })).status).to.equal(301);
  });

  it('asks for a name at another address, with the headers that are wanted there', async () => {
    const { port } = new URL(url);
    asked.length = 0;
    const options = { timeoutMs: 2000, via: '127.0.0.1', headers: { 'x-origin': 'edge' } };
    expect((await probe(`http://shop.example:${port}/`, options)).status).to.equal(200);
    expect(asked).to.deep.equal([`shop.example:${port} edge`]);
  });

  it('takes silence for an answer too', async () => {
    expect(await probe(`${url}/silent`, { timeoutMs: 100 })).to.deep.equal({
      words: 'no answer within 0.1 s',
    });
  });

  it('says that nobody listens', async () => {
    expect(await probe('http://127.0.0.1:1/', { timeoutMs: 2000 })).to.deep.equal({
      words: 'connection refused',
    });
  });

  it('ends with the signal’s reason', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped');
    const probing = probe(`${url}/silent`, { timeoutMs: 5000, signal: controller.signal }).catch(
      (error: unknown) => error,
    );
    controller.abort(reason);
    expect(await probing).to.equal(reason);
  });
});
