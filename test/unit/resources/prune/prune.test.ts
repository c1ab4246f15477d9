import { expect } from 'chai';
import type { Context } from '../../../../runner/src/context/context.js';
import { prunedKinds } from '../../../../runner/src/domain/retention.js';
import type { ReleaseRecord } from '../../../../runner/src/domain/records.js';
import { planPrune } from '../../../../runner/src/resources/prune/prunePlan.js';
import { prune } from '../../../../runner/src/resources/prune/prune.js';
import { deployment, type Deployment } from '../../../support/deployment.js';
import { fakeAws, sdkError, type Answer } from '../../../support/fakeAws.js';
import { rejection } from '../../../support/rejection.js';
import { stageOf } from '../../../support/stage.js';
import { draft, release } from '../../../support/stateRecords.js';

const CONFIG = `application: shop
images: { web: { repository: shop/web } }
artifacts: { site: { path: dist, bucket: shop-artifacts } }
environments: { staging: { aws: { region: eu-west-1 } } }
retention: { releases: { keep: 2, for: 0s } }
`;
const asked = { kinds: prunedKinds };
const VERSIONS = ['1.0.1', '1.0.2', '1.0.3', '1.0.4'];
const digestOf = (version: string) => `sha256:digest-of-${version}`;
const keyOf = (version: string) => `artifacts/shop/site/${version}/site.tgz`;
const made = (version: string): ReleaseRecord =>
  release(version, {
    artifacts: {
      site: {
        bucket: 'shop-artifacts',
        key: keyOf(version),
        digest: 'sha256:a',
        sizeBytes: 10,
        inputs: 'sha256:i',
      },
    },
  });

describe('pruning', () => {
  let shop: Deployment;
  let images: Map<string, string[]>;
  let objects: Set<string>;
  /** What AWS answers in place of what it usually does. */
  let over: Record<string, Answer>;
  let asks: () => readonly { readonly action: string; readonly input: Record<string, unknown> }[];
  let context: Context;
  const environment = async () => context.environment('staging');
  const ledger = async () => (await context.state()).ledger;
  const run = async (kinds = asked) => {
    const shown = await planPrune(context, await environment(), kinds);
    return prune(context, await environment(), kinds, { shown, stage: stageOf('prune', context), waitMs: 0 });
  };

  beforeEach(async () => {
    shop = await deployment({ 'automation-stack.yml': CONFIG });
    images = new Map(VERSIONS.map((version) => [digestOf(version), [version]]));
    objects = new Set(VERSIONS.map(keyOf));
    over = {};
    const usual: Record<string, Answer> = {
      'ecr:DescribeImages': () => ({
        imageDetails: [...images].map(([imageDigest, imageTags]) => ({
          imageDigest,
          imageTags,
          imagePushedAt: new Date('2026-01-01T00:00:00Z'),
        })),
      }),
      'ecr:BatchDeleteImage': ({ imageIds }) => {
        for (const { imageDigest } of imageIds as { imageDigest: string }[]) images.delete(imageDigest);
        return {};
      },
      's3:GetObject': ({ Key }) => {
        if (!objects.has(Key as string)) throw sdkError('NotFound', 'not there', 404);
        return { ContentLength: 10, ETag: 'e' };
      },
      's3:DeleteObject': ({ Key }) => ({ gone: objects.delete(Key as string) }),
    };
    const aws = fakeAws(
      Object.fromEntries(
        Object.entries(usual).map(([action, answer]) => [
          action,
          (input: Record<string, unknown>) => (over[action] ?? answer)(input),
        ]),
      ),
    );
    asks = () => aws.asked;
    context = { ...shop.context, aws: async () => aws };
    const known = await ledger();
    for (const version of VERSIONS) {
      await known.putRelease(made(version));
      const record = await known.startDeployment(draft(version));
      await known.finishDeployment({ ...record, status: 'healthy' });
    }
  });
  afterEach(() => shop.remove());

  it('deletes images and artifacts of a release that nothing needs, and retires it', async () => {
    const done = await run();
    expect(done.retired).to.have.members(['1.0.1']);
    expect([...images.keys()]).to.deep.equal(VERSIONS.slice(1).map(digestOf));
    expect([...objects]).to.deep.equal(VERSIONS.slice(1).map(keyOf));
    expect(await (await ledger()).release('1.0.1')).to.equal(undefined);
  });

  it('retires a release before AWS deletes anything of it, and the next run goes on where one was killed', async () => {
    over['ecr:BatchDeleteImage'] = () => {
      throw sdkError('InternalFailure', 'the runner is killed here', 400);
    };
    await run().catch(() => undefined);
    expect(await (await ledger()).release('1.0.1')).to.equal(undefined);
    expect(images.has(digestOf('1.0.1'))).to.equal(true);
    over = {};
    const done = await run();
    expect(done.deleted.map(({ id }) => id)).to.have.members([
      digestOf('1.0.1'),
      `s3://shop-artifacts/${keyOf('1.0.1')}`,
    ]);
    expect((await run()).deleted).to.deep.equal([]);
  });

  it('names what AWS refuses, deletes the rest, and fails', async () => {
    over['ecr:BatchDeleteImage'] = () => ({
      failures: [
        { imageId: { imageDigest: digestOf('1.0.1') }, failureCode: 'KmsError', failureReason: 'no key' },
      ],
    });
    const error = await rejection(run(), 'PRUNE_INCOMPLETE');
    expect(error.evidence).to.deep.equal(['shop/web:1.0.1: no key']);
    expect(objects.has(keyOf('1.0.1'))).to.equal(false);
    for await (const change of (await ledger()).changes.all('staging'))
      expect(change).to.include({ kind: 'prune', status: 'failed' });
  });

  it('keeps an image to which a push gives a tag meanwhile', async () => {
    let looks = 0;
    const usual = () => ({
      imageDetails: [...images].map(([imageDigest, imageTags]) => ({
        imageDigest,
        imageTags: [...imageTags],
        imagePushedAt: new Date('2026-01-01T00:00:00Z'),
      })),
    });
    over['ecr:DescribeImages'] = () => {
      looks += 1;
      // Once to show, once under the lock, once before it deletes.
      if (looks === 3) images.get(digestOf('1.0.1'))?.push('2.0.0');
      return usual();
    };
    const done = await run();
    expect(images.has(digestOf('1.0.1'))).to.equal(true);
    expect(done.deleted.filter(({ kind }) => kind === 'images')).to.deep.equal([]);
  });

  it('keeps what began to be needed after it was shown', async () => {
    const shown = await planPrune(context, await environment(), asked);
    const record = await (await ledger()).startDeployment(draft('1.0.1'));
    await (await ledger()).finishDeployment({ ...record, status: 'healthy' });
    const stage = stageOf('prune', context);
    const done = await prune(context, await environment(), asked, { shown, stage, waitMs: 0 });
    expect(done).to.deep.include({ deleted: [], retired: [] });
    expect(images.size).to.equal(4);
  });

  it('deletes nothing while an environment is locked, also one that is configured no longer', async () => {
    const record = await (await ledger()).startDeployment(draft('1.0.4', { environment: 'old' }));
    await (await ledger()).finishDeployment({ ...record, status: 'healthy' });
    const { locks } = await context.state();
    const lock = await locks.acquire('old', { who: 'bob', command: 'deploy' });
    await rejection(run(), 'LOCKED');
    await lock.release();
    expect(images.size).to.equal(4);
    expect(asks().map(({ action }) => action)).not.to.include('ecr:BatchDeleteImage');
  });

  it('deletes nothing where a record cannot be read', async () => {
    await (await context.store()).put('deployments/staging/00000/00000002.json', '{');
    await rejection(run(), 'STATE_UNREADABLE');
    expect(images.size).to.equal(4);
  });

  it('forgets the builds of what it deletes, so that their inputs are built again', async () => {
    const known = await ledger();
    const build = (version: string) =>
      known.putBuild('web@staging.eu-west-1', version, {
        ...{
          repository: 'shop/web',
          digest: digestOf(version),
          tags: [version],
          builtAt: '2026-01-01T00:00:00Z',
        },
      });
    await build('1.0.1');
    await build('1.0.4');
    await run();
    expect(await known.buildByInputs('web@staging.eu-west-1', '1.0.1')).to.equal(undefined);
    expect((await known.buildByInputs('web@staging.eu-west-1', '1.0.4'))?.digest).to.equal(digestOf('1.0.4'));
  });
});
