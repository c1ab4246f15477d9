import { expect } from 'chai';
import { EventBus, type EventSubscriber, type StackEvent } from '../../../runner/src/events/events.js';
import { LazyViews } from '../../../runner/src/views/lazyViews.js';
import { atTimes, successfulRun } from '../../support/sampleRuns.js';

describe('views that are loaded when a run begins', () => {
  let warnings: string[];
  let got: StackEvent[];
  let closed: number;
  const view: EventSubscriber = {
    handle: (event) => void got.push(event),
    close: async () => void (closed += 1),
  };
  const broken: EventSubscriber = {
    handle: () => {
      throw new Error('broken');
    },
    close: () => Promise.reject(new Error('broken')),
  };
  const lazily = (load: () => Promise<readonly EventSubscriber[]>) =>
    new LazyViews(load, (message) => warnings.push(message));
  beforeEach(() => {
    warnings = [];
    got = [];
    closed = 0;
  });

  it('get every event in order, also those that came while they were loaded', async () => {
    let load: (views: readonly EventSubscriber[]) => void = () => undefined;
    const views = lazily(() => new Promise((resolve) => (load = resolve)));
    for (const event of successfulRun.slice(0, 10)) views.handle(event);
    expect(got).to.deep.equal([]);
    load([view]);
    // All promises that are settled go on before this.
    await new Promise((resolve) => setImmediate(resolve));
    expect(got).to.deep.equal(successfulRun.slice(0, 10));
    for (const event of successfulRun.slice(10)) views.handle(event);
    await views.close();
    expect(got).to.deep.equal(successfulRun);
    expect(closed).to.equal(1);
  });

  it('are never loaded by a command that is no run', async () => {
    const views = lazily(() => Promise.reject(new Error('loaded')));
    for (const event of atTimes([[0, { type: 'notice', level: 'info', message: 'x' }]])) views.handle(event);
    await views.close();
    expect(warnings).to.deep.equal([]);
  });

  it('do not stop a run where they cannot be loaded; one warning says so', async () => {
    const views = lazily(() => Promise.reject(new Error('no such file')));
    for (const event of successfulRun) views.handle(event);
    await views.close();
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.include('no such file');
  });

  it('may take longer to close than others, once they are loaded', async () => {
    const slow: EventSubscriber = {
      handle: () => undefined,
      close: () => new Promise((resolve) => setTimeout(() => resolve(void (closed += 1)), 60)),
      closeMs: 5000,
    };
    const bus = new EventBus(() => new Date());
    bus.subscribe(
      lazily(async () => {
        await new Promise((resolve) => setTimeout(resolve, 10));
        return [slow];
      }),
    );
    const { time: _, ...start } = successfulRun[0]!;
    bus.emit(start);
    await bus.close(30);
    expect(closed).to.equal(1);
  });

  it('do not harm each other', async () => {
    const views = lazily(async () => [broken, view]);
    for (const event of successfulRun) views.handle(event);
    await views.close();
    expect(got).to.deep.equal(successfulRun);
    expect(closed).to.equal(1);
  });
});
