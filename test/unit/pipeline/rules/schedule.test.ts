import { expect } from 'chai';
import type { Stage } from '../../../../runner/src/pipeline/rules/stageGraph.js';
import { runGraph } from '../../../../runner/src/pipeline/rules/schedule.js';

const stage = (id: string, ...needs: string[]): Stage => ({
  id,
  kind: 'build',
  title: id,
  needs,
  command: [],
  credentials: [],
});
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

async function run(stages: readonly Stage[], limit: number, failing: readonly string[] = []) {
  const log: string[] = [];
  let active = 0;
  let most = 0;
  const outcomes = await runGraph(
    stages,
    limit,
    async ({ id }) => {
      most = Math.max(most, ++active);
      log.push(`start ${id}`);
      await turn();
      log.push(`end ${id}`);
      active -= 1;
      return failing.includes(id) ? { status: 'failed' as const } : { status: 'ok' as const };
    },
    ({ id }, reason) => log.push(`skip ${id}: ${reason}`),
  );
  return {
    log,
    most,
    status: Object.fromEntries(outcomes.map((outcome) => [outcome.stage.id, outcome.status])),
  };
}

describe('the graph runner', () => {
  it('starts a stage only after all its needs have ended', async () => {
    const { log } = await run([stage('a'), stage('b'), stage('c', 'a', 'b')], 4);
    expect(log.indexOf('start c')).to.be.greaterThan(Math.max(log.indexOf('end a'), log.indexOf('end b')));
  });

  it('runs independent stages side by side', async () => {
    expect((await run([stage('a'), stage('b'), stage('c')], 4)).most).to.equal(3);
  });

  it('never runs more than the limit at once', async () => {
    expect(
      (
        await run(
          Array.from({ length: 9 }, (_, i) => stage(`s${i}`)),
          2,
        )
      ).most,
    ).to.equal(2);
  });

  it('skips what hangs on a failed stage, naming it, all the way down', async () => {
    const { log, status } = await run([stage('a'), stage('b', 'a'), stage('c', 'b')], 4, ['a']);
    expect(log).to.include('skip b: needs a, which failed');
    expect(log).to.include('skip c: needs b, which was skipped');
    expect(status).to.deep.equal({ a: 'failed', b: 'skipped', c: 'skipped' });
  });

  it('lets independent stages go on when another fails', async () => {
    const { status } = await run([stage('a'), stage('x'), stage('y', 'x')], 1, ['a']);
    expect(status).to.deep.equal({ a: 'failed', x: 'ok', y: 'ok' });
  });

  it('ends at once with no stages', async () => expect((await run([], 4)).log).to.deep.equal([]));
});
