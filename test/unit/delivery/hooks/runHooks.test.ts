import { expect } from 'chai';
import { StackError } from '../../../../runner/src/base/errors.js';
import type { Invocation } from '../../../../runner/src/base/ports.js';
import type { HooksConfig } from '../../../../runner/src/config/hooksSchema.js';
import type { NamedEnvironment } from '../../../../runner/src/context/context.js';
import {
  runFailedHooks,
  runHooks,
  type HookContext,
  type HookRun,
} from '../../../../runner/src/delivery/hooks/runHooks.js';
import { fakeAws } from '../../../support/fakeAws.js';
import { rejection } from '../../../support/rejection.js';
import { stageOf } from '../../../support/stage.js';
import { VirtualClock } from '../../../support/virtualClock.js';

function world(hooks: Partial<HooksConfig>, codes: Readonly<Record<string, number>> = {}) {
  const started: Invocation[] = [];
  const limits: (number | undefined)[] = [];
  const aws = fakeAws({ 'cloudfront:CreateInvalidation': () => ({ Invalidation: { Id: 'I1' } }) });
  const context = {
    clock: new VirtualClock(),
    env: {},
    config: async () => ({ application: 'shop', directory: '/work/shop' }),
    resolve: async (value: unknown) => value,
    aws: async () => aws,
    processes: {
      async run(invocation: Invocation, options: { timeoutMs?: number } = {}) {
        started.push(invocation);
        limits.push(options.timeoutMs);
        return { exitCode: codes[invocation.file] ?? 0, stdout: '', tail: ['last words'] };
      },
    },
  } as unknown as HookContext;
  const environment = {
    name: 'staging',
    config: { aws: {}, variables: {}, hooks: { before: [], after: [], failed: [], ...hooks } },
  } as unknown as NamedEnvironment;
  const run: HookRun = {
    environment,
    stage: stageOf('deploy:staging'),
    signal: new AbortController().signal,
    deploy: {
      environment: 'staging',
      kind: 'deploy',
      release: { version: '1.4.0', commit: 'c0ffee' },
      previous: '1.3.0',
      url: 'https://shop',
    },
    reference: 'shop/staging/7',
  };
  return { context, run, started, limits, aws };
}
const hook = (file: string) => ({ run: [file, 'now'], timeout: 60_000 });

describe('hooks of an environment', () => {
  it('run one after the other beside the configuration, and know the deploy', async () => {
    const { context, run, started } = world({ before: [hook('./one'), hook('./two')] });
    await runHooks(context, 'before', run);
    expect(started.map(({ file }) => file)).to.deep.equal(['./one', './two']);
    expect(started[0]).to.deep.equal({
      file: './one',
      args: ['now'],
      cwd: '/work/shop',
      env: {
        AUTOMATION_STACK_ENVIRONMENT: 'staging',
        AUTOMATION_STACK_KIND: 'deploy',
        AUTOMATION_STACK_VERSION: '1.4.0',
        AUTOMATION_STACK_COMMIT: 'c0ffee',
        AUTOMATION_STACK_PREVIOUS_VERSION: '1.3.0',
        AUTOMATION_STACK_URL: 'https://shop',
      },
    });
  });

  it('end with the first that fails, by its exit code and last lines', async () => {
    const { context, run, started } = world({ before: [hook('./one'), hook('./two')] }, { './one': 3 });
    const failure = await rejection(runHooks(context, 'before', run), 'HOOK_FAILED');
    expect(failure).to.deep.include({
      message: 'the hook `./one now` failed: it ended with exit code 3',
      where: 'environments.staging.hooks.before[0]',
      evidence: ['last words'],
    });
    expect(started).to.have.length(1);
  });

  it('know why a deploy failed, and are not the failure themselves', async () => {
    const { context, run, started, limits } = world({ failed: [hook('./tell')] }, { './tell': 1 });
    const warnings: string[] = [];
    const error = new StackError('DEPLOY_ROLLED_BACK', '1.4.0 was rolled back');
    await runFailedHooks(context, run, error, (message) => void warnings.push(message));
    expect(started[0]?.env).to.include({
      AUTOMATION_STACK_CODE: 'DEPLOY_ROLLED_BACK',
      AUTOMATION_STACK_REASON: '1.4.0 was rolled back',
    });
    expect(warnings).to.deep.equal(['the hook `./tell now` failed: it ended with exit code 1']);
    expect(limits).to.deep.equal([60_000]);
  });

  it('hold up no interruption for long', async () => {
    const { context, run, limits } = world({ failed: [hook('./tell')] });
    const error = new StackError('INTERRUPTED', 'interrupted by SIGTERM');
    await runFailedHooks(context, run, error, () => undefined);
    expect(limits).to.deep.equal([10_000]);
  });

  it('make the copies of CloudFront invalid, once a deployment however often it is asked', async () => {
    const { context, run, aws } = world({ after: [{ cloudfront: 'E1', paths: ['/*'] }] });
    await runHooks(context, 'after', run);
    await runHooks(context, 'after', run);
    await runHooks(context, 'after', { ...run, reference: 'shop/staging/8' });
    const batches = aws.asked.map(
      ({ input }) =>
        input['InvalidationBatch'] as { readonly CallerReference: string; readonly Paths: object },
    );
    expect(aws.asked[0]?.input['DistributionId']).to.equal('E1');
    expect(batches[0]?.Paths).to.deep.equal({ Quantity: 1, Items: ['/*'] });
    expect(batches[1]?.CallerReference).to.equal(batches[0]?.CallerReference);
    expect(batches[2]?.CallerReference).not.to.equal(batches[0]?.CallerReference);
  });
});
