import { expect } from 'chai';
import { answering, Load, SwitchFixture } from '../../support/switchFixture.js';

/** Requests that have to be answered while all this happens. */
const REQUESTS = 20_000;

describe('a switch under load, on the emulator', function () {
  this.timeout(600_000);
  let fixture: SwitchFixture;
  let load: Load;
  let next = 0;

  before(async () => {
    fixture = await SwitchFixture.create(
      'steps: [20], every: 500ms, bake: 500ms, keep: 30m',
      'for: 300ms, interval: 100ms',
    );
    load = new Load(fixture.url, 4);
  });
  after(async () => {
    await load.stop();
    await fixture.remove();
  });

  const released = async (extra = ''): Promise<string> => {
    next += 1;
    const version = `1.${next}.0`;
    await fixture.release(version, answering(version, extra));
    return version;
  };
  const run = (exitCode: number, ...args: string[]) =>
    fixture.project.expect(exitCode, ...args, '--env', 'staging');
  /** One colour gets all requests, and answers as a release does. */
  const expectServing = async (version: string) => {
    const { blue, green } = await fixture.percents();
    expect([blue, green].sort((one, other) => one - other)).to.deep.equal([0, 100]);
    expect(await fixture.answer()).to.equal(`200 ${version}`);
  };

  it('answers every request through deploys, steps and rollbacks', async () => {
    const one = await released();
    await run(0, 'deploy', '--release', one);
    await expectServing(one);
    const two = await released();
    await run(0, 'deploy', '--release', two);
    await expectServing(two);
    await run(0, 'rollback');
    await expectServing(one);
    expect(load.failed).to.deep.equal({});
  });

  it('answers every request while a colour dies that is being tested', async () => {
    const good = (await fixture.answer()).replace('200 ', '');
    // It lives as long as it takes to be found healthy, and not through the bake window.
    const dying = await released('(sleep 4; kill 1) &');
    await run(3, 'deploy', '--release', dying);
    await expectServing(good);
    expect(load.failed).to.deep.equal({});
  });

  // What a run has said when it is killed.
  const MOMENTS = [
    /is live, so (blue|green) gets/,
    /registered/,
    /→ .* with 2 tasks/,
    /2\/2 tasks running/,
    /healthy/,
    /(blue|green) 20 %/,
    / 20 %[^]* 100 %/,
    /keeps running for/,
  ];
  for (const [index, moment] of MOMENTS.entries()) {
    const way = index % 2 === 0 ? 'rollback' : 'deploy --resume';
    it(`answers every request where a run is killed that said ${String(moment)}, and ${way} makes it whole`, async () => {
      const before = (await fixture.answer()).replace('200 ', '');
      const version = await released();
      const { child, until, ended } = fixture.project.start([
        'deploy',
        '--env',
        'staging',
        '--release',
        version,
      ]);
      await until(moment);
      child.kill('SIGKILL');
      await ended;
      if (way === 'rollback') {
        await run(0, 'rollback');
        await expectServing(before);
      } else {
        await run(0, 'deploy', '--resume');
        await expectServing(version);
      }
      expect(load.failed).to.deep.equal({});
    });
  }

  it(`answered ${REQUESTS} requests, and failed none`, async () => {
    await load.until(REQUESTS);
    expect(load.failed).to.deep.equal({});
    expect(load.sum).to.be.at.least(REQUESTS);
  });
});
