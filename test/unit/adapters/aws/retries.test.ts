import { expect } from 'chai';
import { createRetryStrategy, retryDelayMs } from '../../../../runner/src/adapters/aws/retries.js';

const named = (name: string) => Object.assign(new Error(name), { name });
const coded = (code: string) => Object.assign(new Error(code), { code });

/** Delays before each further attempt, with the random number at its highest. */
function delays(errorType: string, error: unknown = named('X')): number[] {
  const all: number[] = [];
  for (let attempts = 1; ; attempts += 1) {
    const delay = retryDelayMs({ errorType, error, attempts }, 1);
    if (delay === undefined) return all;
    all.push(delay);
  }
}

describe('retries of AWS requests', () => {
  it('survive nine throttles in a row, waiting longer each time', () => {
    expect(delays('THROTTLING')).to.deep.equal([200, 400, 800, 1600, 3200, 6400, 12_800, 20_000, 20_000]);
  });

  it('survive a connection lost for about ten seconds', () => {
    expect(delays('TRANSIENT', coded('ECONNRESET'))).to.deep.equal([100, 200, 400, 800, 1600, 3200, 6400]);
  });

  it('tell within a second that nobody listens', () => {
    expect(delays('TRANSIENT', coded('ECONNREFUSED'))).to.deep.equal([100, 200, 400]);
    const wrapped = Object.assign(new Error('x'), { cause: coded('ENOTFOUND') });
    expect(delays('TRANSIENT', wrapped)).to.have.length(3);
  });

  it('do not repeat what was refused', () => {
    expect(delays('CLIENT_ERROR')).to.deep.equal([]);
  });

  it('do not wait for a quota, which the SDK takes for throttling', () => {
    expect(delays('THROTTLING', named('LimitExceededException'))).to.deep.equal([]);
  });

  it('do not wait for room that a zone has not: another one may have it', () => {
    expect(delays('SERVER_ERROR')).to.have.length(7);
    for (const name of ['InsufficientInstanceCapacity', 'InsufficientHostCapacity'])
      expect(delays('SERVER_ERROR', named(name)), name).to.deep.equal([]);
  });

  it('are spread over the upper half of each delay', () => {
    expect(retryDelayMs({ errorType: 'THROTTLING', error: named('X'), attempts: 3 }, 0)).to.equal(400);
  });

  it('wait as long as the service asks for', () => {
    const question = { errorType: 'THROTTLING', error: named('X'), attempts: 1, retryAfterMs: 5000 };
    expect(retryDelayMs(question, 1)).to.equal(5000);
  });

  it('speak the SDK’s strategy interface', async () => {
    const strategy = createRetryStrategy(() => 1);
    const first = await strategy.acquireInitialRetryToken();
    const second = await strategy.refreshRetryTokenForRetry(first, {
      errorType: 'THROTTLING',
      error: named('X'),
    });
    expect([second.getRetryCount(), second.getRetryDelay()]).to.deep.equal([1, 200]);
    let refused = false;
    await strategy
      .refreshRetryTokenForRetry(first, { errorType: 'CLIENT_ERROR' })
      .catch(() => (refused = true));
    expect(refused).to.equal(true);
  });
});
