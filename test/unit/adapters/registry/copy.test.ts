import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { copyImage, type CopyProgress } from '../../../../runner/src/adapters/registry/copy.js';
import { RegistrySession } from '../../../../runner/src/adapters/registry/registrySession.js';
import { SecretRegistry } from '../../../../runner/src/secrets/redact.js';
import { digestOf, FakeRegistry } from '../../../support/fakeRegistry.js';
import { rejection } from '../../../support/rejection.js';

const WEB = 'shop/web';

describe('copying an image between registries', function () {
  this.timeout(20_000);
  let here: FakeRegistry;
  let there: FakeRegistry;
  let secrets: SecretRegistry;
  let told: CopyProgress[];

  beforeEach(async () => {
    [here, there] = await Promise.all([FakeRegistry.start(), FakeRegistry.start()]);
    secrets = new SecretRegistry();
    told = [];
  });
  afterEach(() => Promise.all([here.stop(), there.stop()]));

  const session = (
    registry: FakeRegistry,
    signal = new AbortController().signal,
    password = registry.password,
  ) =>
    new RegistrySession({
      host: registry.host,
      credentials: { username: 'AWS', password },
      env: {},
      secrets,
      signal,
      pauseMs: 1,
    });
  const copy = (digest: string, signal?: AbortSignal, target = WEB, to = there) =>
    copyImage({
      source: { session: session(here, signal), repository: WEB },
      target: { session: session(to, signal), repository: target },
      digest,
      concurrency: 3,
      on: (progress) => void told.push(progress),
    });
  const uploads = () => there.count(/^PATCH /);

  it('brings configuration, layers and the manifest, byte for byte', async () => {
    const { digest } = here.putImage(WEB, ['one', 'two', 'three']);
    expect(await copy(digest)).to.equal('copied');
    expect(there.manifests.get(`${WEB}@${digest}`)).to.deep.equal(here.manifests.get(`${WEB}@${digest}`));
    expect(there.blobs.size).to.equal(4);
    expect(told.filter(({ phase }) => phase === 'copied')).to.have.lengthOf(4);
    expect(told.every(({ done, total }) => done <= total)).to.equal(true);
  });

  it('brings an index with all its platforms and attestations, itself last', async () => {
    const [amd, arm] = [here.putImage(WEB, ['base', 'amd64']), here.putImage(WEB, ['base', 'arm64'])];
    const attested = here.putImage(WEB, ['{"_type":"https://in-toto.io/Statement/v0.1"}'], {
      attests: amd.digest,
    });
    const index = here.putManifest(WEB, {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [
        { ...amd, platform: { os: 'linux', architecture: 'amd64' } },
        { ...arm, platform: { os: 'linux', architecture: 'arm64' } },
        { ...attested, platform: { os: 'unknown', architecture: 'unknown' } },
      ],
    });
    await copy(index.digest);
    expect([...there.manifests.keys()].sort()).to.deep.equal([...here.manifests.keys()].sort());
    expect(
      there.log.filter((line) => line.startsWith('PUT') && line.includes('/manifests/')).at(-1),
    ).to.contain(index.digest);
  });

  it('sends nothing that is there already', async () => {
    const { digest } = here.putImage(WEB, ['one', 'two']);
    there.putBlob(WEB, 'one');
    await copy(digest);
    expect(uploads()).to.equal(2);
    there.log.length = 0;
    expect(await copy(digest)).to.equal('exists');
    expect(there.log).to.have.lengthOf(1);
  });

  it('leaves out layers that nobody may hand on', async () => {
    const foreign = {
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      digest: digestOf('windows'),
      size: 7,
      urls: ['https://example.org/layer'],
    };
    const { digest } = here.putManifest(WEB, {
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: here.putBlob(WEB, '{}'),
      layers: [foreign, here.putBlob(WEB, 'own')],
    });
    await copy(digest);
    expect(there.blobs.size).to.equal(2);
  });

  it('takes blobs over where both repositories are in one registry', async () => {
    here.mounts = true;
    const { digest } = here.putImage(WEB, ['one', 'two']);
    await copy(digest, undefined, 'shop/mirror', here);
    expect(here.count(/^PATCH /)).to.equal(0);
    expect(told.map(({ phase }) => phase)).to.deep.equal(['mounted', 'mounted', 'mounted']);
  });

  for (const auth of ['basic', 'bearer'] as const) {
    it(`says who asks where a registry wants to know by ${auth}, and keeps what it is given a secret`, async () => {
      here.auth = there.auth = auth;
      const { digest } = here.putImage(WEB, ['one', 'two', 'three', 'four']);
      expect(await copy(digest)).to.equal('copied');
      if (auth === 'bearer') expect(secrets.text('registry-token-1')).to.equal('***');
    });
  }

  it('asks for another token where one has run out', async () => {
    there.auth = 'bearer';
    const { digest } = here.putImage(WEB, ['one', 'two', 'three']);
    let patches = 0;
    there.before = (request) => {
      // Every token of before is worth nothing from the second upload on.
      if (request.method === 'PATCH' && ++patches === 2) there.expireTokens();
      return false;
    };
    expect(await copy(digest)).to.equal('copied');
  });

  it('gives no credentials to where blobs really lie', async () => {
    here.auth = 'basic';
    here.redirects = true;
    const { digest } = here.putImage(WEB, ['one']);
    expect(await copy(digest)).to.equal('copied');
    expect(here.count(/^STORAGE /)).to.equal(2);
  });

  it('says which side does not let us in, and does not try for long', async () => {
    here.auth = there.auth = 'basic';
    const { digest } = here.putImage(WEB, ['one']);
    there.password = 'another';
    const target = { session: session(there, undefined, 'wrong-password'), repository: WEB };
    const source = { session: session(here), repository: WEB };
    const error = await rejection(
      copyImage({ source, target, digest, concurrency: 1, on: () => undefined }),
      'REGISTRY_REFUSED',
    );
    expect(error.message).to.contain(there.host);
    expect(there.log.length).to.equal(2);
  });

  it('takes the answer that ECR gives to an upload', async () => {
    const { digest } = here.putImage(WEB, ['one']);
    there.patched = 201;
    expect(await copy(digest)).to.equal('copied');
  });

  it('says that a registry does not answer, which is no fault of ours', async () => {
    const { digest } = here.putImage(WEB, ['one']);
    there.before = (request) => {
      request.socket.destroy();
      return true;
    };
    const failure = await rejection(copy(digest), 'REGISTRY_REFUSED');
    expect(failure.message).to.match(new RegExp(`^${there.host} does not answer: `));
    expect(failure.next).to.contain('are not sent twice');
  });

  it('says that the source does not have it', async () => {
    const error = await rejection(copy(digestOf('nothing')), 'REGISTRY_REFUSED');
    expect(error.message).to.contain(`${here.host} does not have`);
  });

  it('tries again what breaks off, at whatever request', async () => {
    const { digest } = here.putImage(WEB, [randomBytes(300_000), 'two']);
    await copy(digest);
    const requests = new Set([...here.log, ...there.log].map((line) => line.split('?')[0]));
    const shapes = new Set(
      [...requests].map((line) => (line as string).replace(/sha256:\w+|uploads\/\d+/g, '*')),
    );
    expect(shapes.size).to.be.greaterThan(6);
    for (const shape of shapes) {
      for (const how of ['reset', 'error'] as const) {
        there.manifests.clear();
        there.blobs.clear();
        let left = 2;
        here.before = there.before = (request, response) => {
          const line = `${request.method} ${(request.url ?? '').split('?')[0]}`;
          if (line.replace(/sha256:\w+|uploads\/\d+/g, '*') !== shape || left === 0) return false;
          left -= 1;
          request.resume();
          if (how === 'reset') request.socket.destroy();
          else response.writeHead(503).end();
          return true;
        };
        expect(await copy(digest), `${how} at ${shape}`).to.equal('copied');
        expect(left, shape).to.equal(0);
      }
    }
  });

  it('does not take half a blob for a whole one', async () => {
    const layer = randomBytes(500_000);
    const { digest } = here.putImage(WEB, [layer]);
    let cuts = 2;
    here.before = (request, response) => {
      if (request.method !== 'GET' || !request.url?.endsWith(digestOf(layer)) || cuts-- <= 0) return false;
      response.writeHead(200, { 'content-length': layer.length });
      response.write(layer.subarray(0, 100_000), () => request.socket.destroy());
      return true;
    };
    expect(await copy(digest)).to.equal('copied');
    expect(there.blobs.get(`${WEB}@${digestOf(layer)}`)?.equals(layer)).to.equal(true);
  });

  it('refuses other bytes than the digest says, of a blob and of a manifest, at once', async () => {
    const image = here.putImage(WEB, ['one', 'two']);
    here.blobs.set(`${WEB}@${digestOf('two')}`, Buffer.from('tw0'));
    const ofBlob = await rejection(copy(image.digest), 'REGISTRY_REFUSED');
    expect(ofBlob.message).to.contain('other content');
    expect(there.manifests.size).to.equal(0);
    expect(there.blobs.has(`${WEB}@${digestOf('two')}`)).to.equal(false);
    here.manifests.set(`${WEB}@${image.digest}`, { bytes: Buffer.from('{}'), type: 'x' });
    expect((await rejection(copy(image.digest), 'REGISTRY_REFUSED')).evidence.join()).to.contain(
      image.digest,
    );
  });

  it('reads back what was written', async () => {
    const { digest } = here.putImage(WEB, ['one']);
    let isWritten = false;
    there.before = (request, response) => {
      if (request.method === 'PUT' && request.url?.includes('/manifests/')) isWritten = true;
      if (!isWritten || request.method !== 'GET') return false;
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"layers":[]}');
      return true;
    };
    expect((await rejection(copy(digest), 'REGISTRY_REFUSED')).message).to.contain(there.host);
  });

  it('goes on where it was killed', async () => {
    const { digest } = here.putImage(WEB, ['1', '2', '3', '4', '5', '6', '7', '8']);
    const abort = new AbortController();
    there.before = (request) => {
      if (request.method === 'PATCH' && uploads() === 5) abort.abort(new Error('killed'));
      return false;
    };
    const error = await copy(digest, abort.signal).catch((cause: unknown) => cause);
    expect((error as Error).message).to.equal('killed');
    const arrived = there.blobs.size;
    expect(arrived).to.be.within(1, 8);
    expect(there.manifests.size).to.equal(0);
    there.log.length = 0;
    there.before = () => false;
    expect(await copy(digest)).to.equal('copied');
    expect(uploads()).to.be.at.most(9 - arrived);
  });

  it('holds no more than a few buffers of a large blob', async () => {
    const size = 200 * 1024 * 1024;
    const chunk = randomBytes(64 * 1024);
    const { createHash } = await import('node:crypto');
    const hash = createHash('sha256');
    for (let sent = 0; sent < size; sent += chunk.length) hash.update(chunk);
    const digest = `sha256:${hash.digest('hex')}`;
    const big = createServer((request, response) => {
      if (request.method === 'HEAD') return response.writeHead(404).end();
      if (request.method === 'POST')
        return response.writeHead(202, { location: '/v2/a/blobs/uploads/1' }).end();
      if (request.method !== 'GET')
        return request
          .on('end', () => response.writeHead(request.method === 'PUT' ? 201 : 202).end())
          .resume();
      response.writeHead(200, { 'content-length': size });
      let sent = 0;
      const more = () => {
        while (sent < size) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
        response.end();
      };
      return more();
    });
    await new Promise<void>((resolve) => big.listen(0, '127.0.0.1', resolve));
    const options = { host: `127.0.0.1:${(big.address() as AddressInfo).port}`, env: {}, secrets };
    const place = {
      session: new RegistrySession({ ...options, signal: new AbortController().signal }),
      repository: 'a',
    };
    const { copyBlob } = await import('../../../../runner/src/adapters/registry/blobs.js');
    const before = process.memoryUsage().rss;
    let most = before;
    await copyBlob(place, place, { digest, size }, () => {
      most = Math.max(most, process.memoryUsage.rss());
    });
    big.closeAllConnections();
    big.close();
    expect(most - before).to.be.lessThan(100 * 1024 * 1024);
  });
});
