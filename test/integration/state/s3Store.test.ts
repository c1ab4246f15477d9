import { expect } from 'chai';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../../runner/src/adapters/process/clock.js';
import type { ObjectStore } from '../../../runner/src/base/ports.js';
import { Ledger } from '../../../runner/src/state/ledger.js';
import { Locks } from '../../../runner/src/state/locks.js';
import { AwsProxy } from '../../support/awsProxy.js';
import { emulator, makeBucket, openAt } from '../../support/stateStores.js';
import { rejection } from '../../support/rejection.js';
import { alice, draft, release } from '../../support/stateRecords.js';

describe('state in S3', function () {
  this.timeout(60_000);
  let location: string;
  let store: ObjectStore;
  beforeEach(async () => {
    location = `s3://${await makeBucket()}/team`;
    store = await openAt(location);
  });

  it('keeps to the conditions of a write', async () => {
    const first = (await store.put('a.json', '1', { ifAbsent: true })) as string;
    expect(await store.put('a.json', '2', { ifAbsent: true })).to.equal(undefined);
    expect(await store.put('b.json', '2', { ifMatch: first })).to.equal(undefined);
    expect(await store.get('a.json')).to.deep.equal({ body: '1', etag: first });
    const second = await store.put('a.json', '2', { ifMatch: first });
    expect(await store.put('a.json', '3', { ifMatch: first })).to.equal(undefined);
    expect(await store.get('a.json')).to.deep.equal({ body: '2', etag: second });
  });

  it('lists keys of its application in order, with a limit, and forgets deleted ones', async () => {
    for (const key of ['a/b.json', 'a-b/c.json', 'a.json']) await store.put(key, '{}');
    expect(store.location).to.equal(`${location}/shop`);
    expect(await store.list('')).to.deep.equal(['a-b/c.json', 'a.json', 'a/b.json']);
    expect(await store.list('a', 2)).to.deep.equal(['a-b/c.json', 'a.json']);
    await store.delete('a/b.json');
    expect(await store.list('a/')).to.deep.equal([]);
  });

  it('gives the lock to exactly one of twenty clients', async () => {
    const stores = await Promise.all(Array.from({ length: 20 }, () => openAt(location)));
    const tries = await Promise.allSettled(
      stores.map((own) => new Locks(own, systemClock, 900_000).acquire('staging', alice)),
    );
    const won = tries.filter((result) => result.status === 'fulfilled');
    expect(won).to.have.length(1);
    for (const result of tries)
      if (result.status === 'rejected') expect(result.reason).to.include({ code: 'LOCKED' });
    await won[0]?.value.release();
  });

  it('numbers deployments of many clients without a gap', async () => {
    const stores = await Promise.all(Array.from({ length: 6 }, () => openAt(location)));
    const started = await Promise.all(
      stores.map((own) => new Ledger(own, systemClock).startDeployment(draft('1.0.0'))),
    );
    expect(started.map((record) => record.sequence).sort()).to.deep.equal([1, 2, 3, 4, 5, 6]);
  });

  it('holds a release with odd characters in its version', async () => {
    const ledger = new Ledger(store, systemClock);
    const record = release('1.0.0+build/7 ü');
    await ledger.putRelease(record);
    expect(await ledger.release(record.version)).to.deep.equal(record);
  });

  it('survives throttling', async () => {
    const proxy = await AwsProxy.start(emulator.AWS_ENDPOINT_URL);
    try {
      const throttled = await openAt(location, undefined, { ...emulator, AWS_ENDPOINT_URL: proxy.url });
      proxy.throttle(/PUT/, 3);
      expect(await throttled.put('a.json', '1', { ifAbsent: true })).to.be.a('string');
      expect((await store.get('a.json'))?.body).to.equal('1');
    } finally {
      await proxy.stop();
    }
  });

  it('knows its own write again when only the answer was lost', async () => {
    const { server, url } = await losesFirstAnswer(emulator.AWS_ENDPOINT_URL);
    try {
      const shaky = await openAt(location, undefined, { ...emulator, AWS_ENDPOINT_URL: url });
      expect(await shaky.put('a.json', '1', { ifAbsent: true })).to.be.a('string');
      expect(await shaky.put('a.json', '1', { ifAbsent: true })).to.equal(undefined);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('says that the bucket does not exist', async () => {
    const nowhere = await openAt('s3://never-made/team');
    const read = await rejection(nowhere.get('a.json'), 'STATE_UNREADABLE');
    expect(read.message).to.equal('the bucket never-made of state.location does not exist');
    expect(read.next).to.contain('aws s3 mb s3://never-made');
    await rejection(nowhere.put('a.json', '1'), 'STATE_WRITE_FAILED');
  });

  it('says that the endpoint does not answer', async () => {
    const env = { ...emulator, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
    await rejection((await openAt(location, undefined, env)).get('a.json'), 'AWS_UNREACHABLE');
  });
});

/** Passes requests on, but tears the connection instead of giving the first answer. */
async function losesFirstAnswer(target: string): Promise<{ server: Server; url: string }> {
  let lost = false;
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url } = incoming;
    const passed = request(new URL(url ?? '/', target), { method, headers }, (answer) => {
      if (lost) {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
        return;
      }
      lost = true;
      answer.resume().on('end', () => incoming.socket.destroy());
    });
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
