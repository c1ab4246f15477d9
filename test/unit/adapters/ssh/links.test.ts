import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import type { Connection } from '../../../../runner/src/adapters/ssh/connection.js';
import { forwardedLink } from '../../../../runner/src/adapters/ssh/links.js';
import type { Host } from '../../../../runner/src/domain/host.js';
import { routesBy } from '../../../support/routes.js';

const host: Host = { name: 'app', address: '10.0.2.7', port: 22, user: 'deploy', groups: [] };
const route = routesBy()(host);

/** A connection to a jump host that opens channels when it is told to. */
function jumpHost() {
  let open: (stream: PassThrough) => void = () => undefined;
  const opening = new Promise<PassThrough>((resolve) => (open = resolve));
  const held: string[] = [];
  const link = { hold: () => held.push('hold'), release: () => held.push('release') };
  const via = { ssh: { forwardOut: () => opening }, link } as unknown as Connection;
  return { via, open, held };
}
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: Error & { code?: string }) => error,
  );

describe('a channel through a jump host', () => {
  it('is given up where the jump host says nothing, and closed where it opens later', async () => {
    const { via, open, held } = jumpHost();
    const error = await failureOf(forwardedLink(via, route, undefined, 10));
    expect(error).to.have.property('code', 'ETIMEDOUT');
    expect(held).to.deep.equal(['hold', 'release']);
    const late = new PassThrough();
    open(late);
    await once(late, 'close');
  });

  it('is given up at once where the command is interrupted', async () => {
    const { via } = jumpHost();
    const stop = new AbortController();
    const failing = failureOf(forwardedLink(via, route, stop.signal));
    stop.abort();
    expect((await failing)?.message).to.equal('interrupted');
    expect((await failureOf(forwardedLink(via, route, stop.signal)))?.message).to.equal('interrupted');
  });

  it('stays open where it opens in time', async () => {
    const { via, open } = jumpHost();
    const stream = new PassThrough();
    open(stream);
    const link = await forwardedLink(via, route, undefined, 10);
    // It starts after the limit's own timer of the same length, so it ends after it.
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect([link.stream, stream.destroyed]).to.deep.equal([stream, false]);
  });
});
