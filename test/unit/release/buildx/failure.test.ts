import { expect } from 'chai';
import { followTraces } from '../../../../runner/src/adapters/docker/buildProgress.js';
import { buildxFailure } from '../../../../runner/src/release/buildx/failure.js';
import type { DockerTreeImage } from '../../../../runner/src/release/treeImage.js';

const image = {
  name: 'web',
  config: { repository: 'shop/web', cache: { to: 'shop/cache:web' } },
} as unknown as DockerTreeImage;

const failureAt = (
  name: string,
  error: string,
  said = `ERROR: failed to build: failed to solve: ${error}`,
) => {
  const follower = followTraces(() => undefined);
  const vertex = { digest: 'a', name, cached: false, started: 1, completed: 2, error };
  follower.take({ vertexes: [vertex], statuses: [], logs: [] });
  return buildxFailure(image, follower, [said]);
};

describe('a failure of buildx', () => {
  it('is that of the registry where it could not push', () => {
    const why = 'failed to push registry.example.org/shop/web: 403 Forbidden';
    const { code, message, next } = failureAt('exporting to image', why);
    expect(code).to.equal('REGISTRY_REFUSED');
    expect(message).to.contain(why);
    expect(next).to.contain('this login may push there');
  });

  it('says that it was the cache that could not be written', () => {
    const failure = failureAt('exporting cache to registry', 'error writing manifest blob: 400 Bad Request');
    expect(failure).to.include({ code: 'REGISTRY_REFUSED', where: 'shop/cache:web' });
    expect(failure.next).to.contain('images.web.cache.to');
  });

  it('is that of the step where one failed', () => {
    const failure = failureAt('[1/1] COPY none /app', '"/none": not found');
    expect(failure.code).to.equal('BUILD_FAILED');
    expect(failure.where).to.equal('[1/1] COPY none /app');
  });

  it('has the words of buildx where no step was begun', () => {
    const said = ['Dockerfile:1', 'ERROR: failed to build: failed to solve: unknown instruction: FORM'];
    const failure = buildxFailure(
      image,
      followTraces(() => undefined),
      said,
    );
    expect(failure.message).to.equal('the build failed: unknown instruction: FORM');
    expect(failure.evidence).to.deep.equal(said);
  });
});
