import { expect } from 'chai';
import type { Config } from '../../../runner/src/config/schema.js';
import type { Context } from '../../../runner/src/context/context.js';
import { selectEnvironment } from '../../../runner/src/config/selectEnvironment.js';
import { StackError } from '../../../runner/src/base/errors.js';
import { summariseBuild } from '../../../runner/src/release/build.js';
import { buildEnvironment, chooseImages } from '../../../runner/src/release/treeInputs.js';

const config = {
  file: 'automation-stack.yml',
  images: { web: {}, worker: {} },
  environments: { test: {}, staging: {}, production: { promotion: { from: 'staging' } } },
} as unknown as Config;

const contextOn = (branch: string | undefined, environment?: string) =>
  ({
    options: { environment },
    git: {
      workingTree: async () => {
        if (branch === undefined) throw new StackError('GIT_FAILED', 'no repository');
        return { branch, commit: '', dirty: false };
      },
    },
    config: async () => config,
    environment: async (name: string) => selectEnvironment(config, name),
  }) as unknown as Context;

describe('the environment that images are pushed for', () => {
  const chosen = async (branch: string | undefined, environment?: string) =>
    (await buildEnvironment(contextOn(branch, environment))).name;

  it('is the one that --env names', async () => {
    expect(await chosen('develop', 'test')).to.equal('test');
  });

  it('is the one that the branch leads to', async () => {
    expect(await chosen('develop')).to.equal('staging');
  });

  it('is the one that a promotion starts from', async () => {
    expect(await chosen('main')).to.equal('staging');
    expect(await chosen('develop', 'production')).to.equal('staging');
  });

  it('is the first one for a branch without a rule, or without a repository', async () => {
    expect(await chosen('feature/x')).to.equal('test');
    expect(await chosen(undefined)).to.equal('test');
  });
});

describe('the images that are named', () => {
  it('are all where none is', () => {
    expect(chooseImages(config, [])).to.deep.equal(['web', 'worker']);
    expect(chooseImages(config, ['worker'])).to.deep.equal(['worker']);
  });

  it('have to exist', () => {
    expect(() => chooseImages(config, ['wroker'])).to.throw(StackError, 'Did you mean "worker"?');
  });
});

describe('the summary of a build', () => {
  it('says of each image what was done', () => {
    const image = (name: string) => ({ name, inputs: 'sha256:0' });
    const text = summariseBuild([
      { ...image('web'), outcome: 'built', seconds: 3.21 },
      { ...image('worker'), outcome: 'local' },
      { ...image('cron'), outcome: 'pushed' },
    ]);
    expect(text).to.equal('web built in 3.2 s · worker unchanged · cron unchanged, already pushed');
    expect(summariseBuild([])).to.equal('no images to build');
  });
});
