import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { StackError } from '../../../runner/src/base/errors.js';
import { asImageStages } from '../../../runner/src/release/imageStages.js';
import { buildAll, summariseBuild } from '../../../runner/src/release/build.js';
import { localName } from '../../../runner/src/release/ensureLocal.js';
import type { TreeImage } from '../../../runner/src/release/treeImage.js';
import { freezeInputs, workingTreeInputs } from '../../../runner/src/release/treeInputs.js';
import {
  imageFixture,
  output,
  progress,
  type ImageFixture,
  type ImageFixtureOptions,
} from '../../support/imageFixture.js';
import { rejection } from '../../support/rejection.js';
import type { Stage } from '../../../runner/src/events/stage.js';
import { stageOf } from '../../support/stage.js';

describe('building images', function () {
  this.timeout(60_000);
  const made: ImageFixture[] = [];
  const fixture = async (options: ImageFixtureOptions) => {
    const fresh = await imageFixture(options);
    made.push(fresh);
    return fresh;
  };
  afterEach(async () => {
    for (const each of made.splice(0)) await each.clean();
  });

  for (const builder of ['buildkit', 'classic'] as const) {
    const env: Record<string, string> =
      builder === 'classic' ? { DOCKER_BUILDKIT: '0' } : { DOCKER_BUILDKIT: '1' };

    describe(`by the ${builder} builder`, () => {
      it('builds what is there now, though size and time are those of the build before', async () => {
        // Of its own: BuildKit takes a step of any build with the same bytes, and with that its times.
        const [first, second] = [`1 ${randomUUID()}`, `2 ${randomUUID()}`];
        const files = { 'app/Dockerfile': 'FROM BASE\nCOPY . /app\n', 'app/a': first };
        const shop = await fixture({ env, files });
        const when = new Date(1_700_000_000_000);
        const file = join(shop.directory, 'app/a');
        utimesSync(file, when, when);
        await buildAll(shop.context, [], stageOf('build', shop.context));
        shop.write({ 'app/a': second });
        utimesSync(file, when, when);
        const again = await shop.again();
        await buildAll(again.context, [], stageOf('build', again.context));
        expect(await again.inside('web', 'cat', '/app/a')).to.equal(second);
        expect(await again.inside('web', 'stat', '-c', '%Y', '/app/a')).to.equal('1700000000');
      });

      it('refuses a file that goes on changing while it is sent, and leaves no image of it', async () => {
        const files = { 'app/Dockerfile': 'FROM BASE\nCOPY . /app\n', 'app/a': 'one' };
        const shop = await fixture({ env, files });
        const { context } = shop;
        const tree = await workingTreeInputs(context);
        freezeInputs(context);
        shop.write({ 'app/a': 'two' });
        const failure = await rejection(buildAll(context, [], stageOf('build', context)), 'CONTENT_CHANGED');
        expect(failure.evidence.join()).to.contain('a');
        const name = await localName(context, tree.images['web'] as TreeImage);
        expect(await (await context.docker()).image(name)).to.equal(undefined);
      });

      it('sends what .dockerignore leaves, with links and executables', async () => {
        const shop = await fixture({
          env,
          files: {
            'app/Dockerfile': 'FROM BASE\nCOPY . /app\nRUN ln -s run /app/link2\n',
            'app/.dockerignore': 'Dockerfile\n.dockerignore\nlog\n!log/keep\n',
            'app/run': '#!/bin/sh\necho it runs\n',
            'app/log/a': 'a',
            'app/log/keep': 'k',
          },
        });
        chmodSync(join(shop.directory, 'app/run'), 0o755);
        await buildAll(shop.context, [], stageOf('build', shop.context));
        const found = await shop.inside('web', 'sh', '-c', 'cd /app && find . -type f | sort && ./link2');
        expect(found.split('\n').filter((line) => line !== './.dockerignore')).to.deep.equal([
          './log/keep',
          './run',
          'it runs',
        ]);
        expect(progress(shop.events)[0]).to.contain(`building by ${builder}, 2 files in app`);
      });

      it('takes a Dockerfile from outside of the context, and keeps it out of the image', async () => {
        const shop = await fixture({
          env,
          image: 'dockerfile: web.Dockerfile',
          files: { 'web.Dockerfile': 'FROM BASE\nCOPY . /app\n', 'app/a': 'a' },
        });
        await buildAll(shop.context, [], stageOf('build', shop.context));
        expect(await shop.inside('web', 'ls', '-A', '/app')).to.equal('a');
      });

      it('passes build arguments, builds the stage that is asked for, and tells each step', async () => {
        const shop = await fixture({
          env,
          image: 'target: first\nbuild-args: { COLOUR: "sea green" }',
          files: {
            'app/Dockerfile':
              'FROM BASE AS first\nARG COLOUR\nRUN echo "it is $COLOUR" | tee /colour\nFROM first\nRUN false\n',
          },
        });
        await buildAll(shop.context, [], stageOf('build', shop.context), { force: true });
        expect(await shop.inside('web', 'cat', '/colour')).to.equal('it is sea green');
        expect(output(shop.events)).to.include('it is sea green');
        expect(progress(shop.events).join('\n')).to.match(/\d\/\d\] RUN echo .* \| tee \/colour done/);
      });

      it('carries files of many sizes whole', async () => {
        const big = randomBytes(3_000_000).toString('base64');
        const shop = await fixture({
          env,
          files: { 'app/Dockerfile': 'FROM BASE\nCOPY . /app\n', 'app/big': big, 'app/empty': '' },
        });
        await buildAll(shop.context, [], stageOf('build', shop.context));
        const [size] = (await shop.inside('web', 'wc', '-c', '/app/big')).split(' ');
        expect(Number(size)).to.equal(big.length);
        expect(await shop.inside('web', 'tail', '-c', '20', '/app/big')).to.equal(big.slice(-20));
      });

      it('names the step that fails, its exit code and its last lines', async () => {
        const shop = await fixture({
          env,
          files: { 'app/Dockerfile': 'FROM BASE\nRUN echo "module not found: flask"; exit 7\n' },
        });
        const failure = await rejection(
          buildAll(shop.context, [], stageOf('build', shop.context)),
          'BUILD_FAILED',
        );
        expect(failure.message).to.match(
          /^image web: the build failed at \[2\/\d\] RUN echo .* exit code 7$/,
        );
        expect(failure.evidence).to.deep.equal(['module not found: flask']);
        expect(failure.where).to.contain(join(shop.directory, 'app/Dockerfile'));
      });

      it('explains a Dockerfile that does not parse', async () => {
        const shop = await fixture({ env, files: { 'app/Dockerfile': 'FROM BASE\nRAN true\n' } });
        const failure = await rejection(
          buildAll(shop.context, [], stageOf('build', shop.context)),
          'BUILD_FAILED',
        );
        expect(failure.message.toLowerCase()).to.contain('unknown instruction: ran');
      });

      it('says which base image could not be pulled', async () => {
        const shop = await fixture({ env, files: { 'app/Dockerfile': 'FROM 127.0.0.1:9/none:1\n' } });
        const failure = await rejection(
          buildAll(shop.context, [], stageOf('build', shop.context)),
          'BUILD_FAILED',
        );
        expect(`${failure.message} ${failure.where}`).to.contain('127.0.0.1:9/none:1');
      });

      it('stops the engine’s work when it is interrupted', async () => {
        const shop = await fixture({
          env,
          files: { 'app/Dockerfile': 'FROM BASE\nRUN echo started; sleep 60\n' },
        });
        const reason = new StackError('INTERRUPTED', 'interrupted');
        shop.context.events.subscribe({
          handle: (event) => {
            if (event.type === 'stage.output' && event.line === 'started') shop.interrupt(reason);
          },
        });
        const error = await rejection(
          buildAll(shop.context, [], stageOf('build', shop.context)),
          'INTERRUPTED',
        );
        expect(error).to.equal(reason);
      });
    });
  }

  it('leaves an image alone whose inputs the engine has built already', async () => {
    const shop = await fixture({ files: { 'app/Dockerfile': 'FROM BASE\nCOPY . /app\n', 'app/a': 'one' } });
    const [first] = await buildAll(shop.context, [], stageOf('build', shop.context));
    const [second] = await buildAll((await shop.again()).context, [], stageOf('build'));
    expect([first?.outcome, second?.outcome]).to.deep.equal(['built', 'local']);
    expect(second?.id).to.equal(first?.id);
    shop.write({ 'app/a': 'two' });
    const [third] = await buildAll((await shop.again()).context, [], stageOf('build'));
    expect(third?.outcome).to.equal('built');
    expect(summariseBuild([second as never])).to.equal('web unchanged');
  });

  it('builds every step again when forced', async () => {
    const shop = await fixture({
      files: { 'app/Dockerfile': 'FROM BASE\nRUN head -c 16 /dev/urandom > /random\n' },
    });
    const [first] = await buildAll(shop.context, [], stageOf('build', shop.context));
    const [second] = await buildAll(shop.context, [], stageOf('build', shop.context), { force: true });
    expect(second?.outcome).to.equal('built');
    expect(second?.id).not.to.equal(first?.id);
  });

  it('hands secrets to the step that mounts them, and to nobody else', async () => {
    const shop = await fixture({
      env: { NPM_TOKEN: 'npm-t0ken-value' },
      image: 'secrets: { npm: "${env:NPM_TOKEN}" }',
      files: {
        'app/Dockerfile':
          'FROM BASE\nRUN --mount=type=secret,id=npm cat /run/secrets/npm && test "$(cat /run/secrets/npm)" = npm-t0ken-value && touch /proof\n',
      },
    });
    const [built] = await buildAll(shop.context, [], stageOf('build', shop.context), { force: true });
    expect(await shop.inside('web', 'find', '/proof', '/run', '-type', 'f')).to.equal('/proof');
    expect(output(shop.events)).to.deep.equal(['***']);
    expect(await shop.docker('history', '--no-trunc', built?.id as string)).not.to.contain(
      'npm-t0ken-value" =',
    );
    expect(JSON.stringify(shop.events.filter((event) => event.type === 'stage.output'))).not.to.contain(
      't0ken',
    );
  });

  it('says what a secret needs where there is no BuildKit', async () => {
    const shop = await fixture({
      env: { DOCKER_BUILDKIT: '0', NPM_TOKEN: 'npm-t0ken-value' },
      image: 'secrets: { npm: "${env:NPM_TOKEN}" }',
      files: { 'app/Dockerfile': 'FROM BASE\n' },
    });
    const failure = await rejection(
      buildAll(shop.context, [], stageOf('build', shop.context)),
      'BUILD_FAILED',
    );
    expect(failure.message).to.contain('BuildKit');
    expect(failure.next).to.contain('DOCKER_BUILDKIT=0');
  });

  it('tells each image’s failure, after the others have ended well', async () => {
    const shop = await fixture({
      files: {
        'app/Dockerfile': 'FROM BASE\nRUN false\n',
        'good/Dockerfile': 'FROM BASE\nRUN sleep 0.3; true\n',
      },
      more: (application) => `good: { context: good, repository: ${application}/good }`,
    });
    const build = (name: string, stage: Stage) => buildAll(shop.context, [name], stage);
    await rejection(
      asImageStages(shop.context, 'build', ['web', 'good'], build, summariseBuild),
      'BUILD_FAILED',
    );
    const ends = shop.events.flatMap((event) =>
      event.type === 'stage.end' ? [`${event.stage} ${event.status}`] : [],
    );
    expect(ends).to.have.members(['build:web failed', 'build:good ok']);
  });

  it('says where the Dockerfile is missing', async () => {
    const shop = await fixture({ files: { 'app/a': '' } });
    const failure = await rejection(
      buildAll(shop.context, [], stageOf('build', shop.context)),
      'DOCKERFILE_MISSING',
    );
    expect(failure.message).to.contain(join(shop.directory, 'app', 'Dockerfile'));
  });

  it('says how to start the engine where none answers', async () => {
    const shop = await fixture({
      env: { DOCKER_HOST: 'unix:///nonexistent.sock' },
      files: { 'app/Dockerfile': 'FROM BASE\n' },
    });
    const failure = await rejection(
      buildAll(shop.context, [], stageOf('build', shop.context)),
      'DOCKER_UNREACHABLE',
    );
    expect(failure.where).to.equal('unix:///nonexistent.sock');
  });

  it('keeps only a few builds of an image in the engine', async () => {
    const shop = await fixture({ files: { 'app/Dockerfile': 'FROM BASE\nCOPY . /app\n', 'app/a': '' } });
    for (let round = 0; round < 7; round++) {
      shop.write({ 'app/a': String(round) });
      await buildAll((await shop.again()).context, [], stageOf('build'));
    }
    const names = await shop.docker('images', '--quiet', '--filter', `reference=${shop.application}/web`);
    expect(names.split('\n')).to.have.length(5);
  });
});
