import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { expect } from 'chai';
import {
  dockerLogs,
  endedWithInput,
  parseStamped,
  ToldLines,
} from '../../../../../../runner/src/delivery/targets/fleet/rules/dockerLog.js';

const run = promisify(execFile);
const line = (nanos: number, text: string) =>
  parseStamped(`2026-11-03T12:00:00.${String(nanos).padStart(9, '0')}Z ${text}`) as NonNullable<
    ReturnType<typeof parseStamped>
  >;

describe('lines of a container’s log', () => {
  it('carry when they were written', () => {
    expect(parseStamped('2026-11-03T12:00:00.000000001Z GET / 200\r')).to.deep.equal({
      stamp: '2026-11-03T12:00:00.000000001Z',
      at: Date.parse('2026-11-03T12:00:00.000Z'),
      line: 'GET / 200',
    });
    expect(parseStamped('2026-11-03T12:00:00.000000001Z ')?.line).to.equal('');
    expect(parseStamped('Error: No such container: shop-web')).to.equal(undefined);
  });

  it('are told once, though reading begins anew from the last moment', () => {
    const told = new ToldLines();
    const first = [line(1, 'a'), line(2, 'b'), line(2, 'c')];
    expect(first.map((one) => told.take(one))).to.deep.equal([true, true, true]);
    expect(told.since).to.equal(line(2, '').stamp);
    for (let times = 0; times < 2; times += 1) {
      told.again();
      // The engine gives the moment itself again, and what came meanwhile.
      const again = [line(2, 'b'), line(2, 'c')].map((one) => told.take(one));
      expect(again).to.deep.equal([false, false]);
    }
    expect([line(2, 'd'), line(3, 'e')].map((one) => told.take(one))).to.deep.equal([true, true]);
    told.again();
    expect([line(3, 'e'), line(3, 'f')].map((one) => told.take(one))).to.deep.equal([false, true]);
  });

  it('are asked for as the engine takes it', () => {
    expect(dockerLogs('shop-web', { since: '2026-11-03T12:00:00Z', tail: 5, follow: true })).to.deep.equal([
      ...['docker', 'logs', '--timestamps', '--follow', '--since', '2026-11-03T12:00:00Z'],
      ...['--tail', '5', 'shop-web'],
    ]);
  });
});

describe('a command that ends with its input', () => {
  it('runs to its own end, with both streams as one and its own exit code', async () => {
    const [file = '', ...args] = endedWithInput(['sh', '-c', 'echo out; echo err >&2; exit 3']);
    const error = await run(file, args).catch((failed: { code: number; stdout: string }) => failed);
    expect(error).to.include({ code: 3, stdout: 'out\nerr\n' });
  });

  it('is ended where its input ends', async () => {
    const [file = '', ...args] = endedWithInput(['sleep', '60']);
    const child = spawn(file, args, { stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdin.end();
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).to.equal(143);
  });
});
