import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { StackError } from '../../../runner/src/base/errors.js';
import { LocalStore } from '../../../runner/src/state/stores/localStore.js';
import { writeDrift } from '../../../runner/src/state/driftRecords.js';
import { recordApplication } from '../../../runner/src/state/application.js';
import { RunFiles } from '../../../runner/src/views/runFiles.js';
import { emptyPart } from '../../../runner/src/views/runRecord.js';
import { cli } from '../../support/cli.js';
import { crash } from '../../support/fakeTarget.js';
import { alice } from '../../support/stateRecords.js';
import { Stand } from '../../support/stand.js';

/** What a loss of power, an editor or another program leaves of a document. */
const broken = (body: string) => {
  const value = JSON.parse(body) as Record<string, unknown>;
  const keys = Object.keys(value);
  const without = fc.constantFrom(...keys).map((key) => {
    const rest = { ...value };
    delete rest[key];
    return JSON.stringify(rest);
  });
  const retyped = fc
    .tuple(fc.constantFrom(...keys), fc.constantFrom(null, 5, -1, 'x', '', [], {}, true, [null], { x: null }))
    .map(([key, wrong]) => JSON.stringify({ ...value, [key]: wrong }));
  return fc.oneof(
    fc.constantFrom('', '\n', '{', 'null', '[]', '5', '"x"', '{}', '\u0000\u0000\u0000'),
    fc.integer({ min: 1, max: body.length - 1 }).map((length) => body.slice(0, length)),
    fc.string({ maxLength: 40 }),
    without,
    retyped,
  );
};

describe('a document of the state that is broken', () => {
  let stand: Stand;
  /** A cut-off deployment, a healthy one, a held lock, a drift: every sort of document that there is. */
  before(async () => {
    stand = await Stand.make();
    for (const version of ['0.1.0', '0.2.0']) await stand.deploy(version);
    stand.targets[0]!.failDeploy = crash();
    stand.targets[0]!.failRestore = crash();
    await stand.deploy('0.3.0').catch(() => undefined);
    stand.targets[0]!.failDeploy = stand.targets[0]!.failRestore = undefined;
    await writeDrift(stand.store, 'staging', {
      checkedAt: '2026-11-03T12:00:00.000Z',
      who: 'alice',
      drifted: 0,
      headline: 'none',
    });
    await recordApplication(stand.store, { application: 'shop', environments: ['staging'], needs: {} });
    await stand.state.locks.acquire('staging', alice);
    whole = new Map(stand.store.objects);
  });
  after(() => stand.place.remove());
  let whole: Map<string, string>;

  /** A document and what became of it. */
  const damage = () =>
    fc
      .constantFrom(...whole.keys())
      .chain((key) => broken(whole.get(key) as string).map((body) => ({ key, body })));

  const restore = () => {
    stand.store.objects.clear();
    for (const [key, body] of whole) stand.store.objects.set(key, body);
    for (const target of stand.targets) target.running = '0.3.0';
  };

  it('never keeps rollback --to from bringing a release, once a lock that is none is freed by force', async () => {
    await fc.assert(
      fc.asyncProperty(damage(), async ({ key, body }) => {
        restore();
        stand.store.objects.set(key, body);
        await stand.state.locks.forceRelease('staging');
        // A release whose own record is broken is named; the other one is there.
        const version = key.startsWith('releases/versions') && key.includes('0.1.0') ? '0.2.0' : '0.1.0';
        await stand.rollback(version);
        expect(stand.running).to.equal(`${version} ${version}`);
      }),
      { numRuns: 150 },
    );
  });

  it('ends no command without a code and a word on what to type', async () => {
    const commands: readonly (() => Promise<unknown>)[] = [
      () => stand.deploy('0.4.0'),
      () => stand.deploy('0.2.0', { forward: true }),
      () => stand.rollback(),
      () => stand.resume(),
      () => stand.promote('0.2.0'),
      () => stand.state.ledger.deployments('staging'),
      () => stand.state.ledger.releases(),
    ];
    await fc.assert(
      fc.asyncProperty(damage(), fc.constantFrom(...commands), async ({ key, body }, command) => {
        restore();
        stand.store.objects.set(key, body);
        if (!key.startsWith('locks/')) await stand.state.locks.forceRelease('staging');
        try {
          await command();
        } catch (error) {
          if (!(error instanceof StackError)) throw error;
          expect(error.next, error.message).to.be.a('string').and.not.contain('undefined');
        } finally {
          await stand.processEnds();
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is passed over or named by the commands that look, and a lock of it is freed by force', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'automation-stack-broken-'));
    const config = 'application: shop\nenvironments: { staging: {}, production: { extends: staging } }\n';
    writeFileSync(join(directory, 'automation-stack.yml'), config);
    const store = new LocalStore(
      join(directory, '.automation-stack', 'shop'),
      join(directory, '.automation-stack'),
    );
    try {
      await fc.assert(
        fc.asyncProperty(damage(), async ({ key, body }) => {
          for (const [name, text] of whole) await store.put(name, text);
          await store.put(key, body);
          const commands = [
            ['status'],
            ['history', '--env', 'staging'],
            ['history', '--releases'],
            ['lock', 'status'],
            ['lock', 'release', '--env', 'staging', '--force'],
            ['lock', 'acquire', '--env', 'staging'],
          ];
          for (const argv of commands) {
            const error = join(directory, 'error.json');
            const { exitCode, stdout, stderr } = await cli([...argv, `--error=${error}`], { cwd: directory });
            const context = `${argv.join(' ')} with ${key}: ${JSON.stringify(body)}\n${stdout}${stderr}`;
            expect(exitCode, context).to.equal(0);
            expect(stdout + stderr, context).to.not.match(/NaN|undefined|Invalid|BUG|\bat .*\.ts:/);
          }
          await store.delete(key);
        }),
        { numRuns: 40 },
      );
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }).timeout(120_000);

  it('is no hindrance to a report where it is the record of a run', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'automation-stack-broken-'));
    writeFileSync(
      join(directory, 'automation-stack.yml'),
      'application: shop\nenvironments: { staging: {} }\n',
    );
    const files = new RunFiles(directory);
    await files.savePart('run-1', {
      ...emptyPart('host:1:2', '2026-01-01T00:00:00.000Z'),
      stages: [
        {
          id: 'deploy',
          title: 'Deploy',
          status: 'ok',
          startedAt: '2026-01-01T00:00:00.000Z',
          facts: [{ name: 'url', value: 'http://x' }],
          subjects: [{ name: 'web', status: 'ok', phases: [] }],
          lastLines: [],
        },
      ],
    });
    const path = join(files.directory, 'run-1.json');
    const body = readFileSync(path, 'utf8');
    const part = (JSON.parse(body) as { parts: object[] }).parts[0];
    const ofPart = broken(JSON.stringify(part)).map((text) => `{"id":"run-1","parts":[${text}]}`);
    try {
      await fc.assert(
        fc.asyncProperty(fc.oneof(broken(body), ofPart), async (text) => {
          writeFileSync(path, text);
          const { exitCode, stderr } = await cli(['report', '--run', 'run-1'], { cwd: directory });
          expect(stderr, JSON.stringify(text)).to.not.contain('bug in automation-stack');
          expect(exitCode).to.be.oneOf([0, 2]);
        }),
        { numRuns: 100 },
      );
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }).timeout(60_000);
});
