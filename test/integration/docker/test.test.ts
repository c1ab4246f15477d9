import { expect } from 'chai';
import { StackError } from '../../../runner/src/base/errors.js';
import { testImages } from '../../../runner/src/release/test.js';
import {
  imageFixture,
  output,
  type ImageFixture,
  type ImageFixtureOptions,
} from '../../support/imageFixture.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

describe('testing images', function () {
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
  const dockerfile = 'FROM BASE AS app\nWORKDIR /srv\nCOPY . .\nFROM app AS checks\nRUN touch /tools\n';

  it('runs the test in the image, streaming what it prints', async () => {
    const shop = await fixture({
      image: 'target: app\ntest: [sh, check.sh]',
      files: { 'app/Dockerfile': dockerfile, 'app/check.sh': 'pwd; echo wrong >&2; exit 0\n' },
    });
    expect(await testImages(shop.context, ['web'], stageOf('test', shop.context))).to.match(
      /^web passed in [\d.]+ s$/,
    );
    expect(output(shop.events)).to.include.members(['/srv', 'wrong']);
    const streams = shop.events.flatMap((event) =>
      event.type === 'stage.output' && event.line === 'wrong' ? [event.stream] : [],
    );
    expect(streams).to.deep.equal(['stderr']);
  });

  it('runs it in the stage that has the tools, which is not the image', async () => {
    const shop = await fixture({
      image: 'target: app\ntest: { command: [ls, /tools], target: checks }',
      files: { 'app/Dockerfile': dockerfile },
    });
    expect(await testImages(shop.context, [], stageOf('test', shop.context))).to.contain('web passed');
  });

  it('runs it beside the sources where the configuration says so', async () => {
    const shop = await fixture({
      image: 'test: { command: [sh, check.sh], on: host }',
      env: { DOCKER_HOST: 'unix:///nonexistent.sock' },
      files: { 'app/Dockerfile': dockerfile, 'app/check.sh': 'echo "in $(basename "$PWD")"\n' },
    });
    await testImages(shop.context, ['web'], stageOf('test', shop.context));
    expect(output(shop.events)).to.deep.equal(['in app']);
  });

  it('fails with the exit code and the last lines', async () => {
    const shop = await fixture({
      image: 'target: app\ntest: [sh, check.sh]',
      files: { 'app/Dockerfile': dockerfile, 'app/check.sh': 'echo "1 failed, 3 passed"; exit 4\n' },
    });
    const failure = await rejection(
      testImages(shop.context, ['web'], stageOf('test', shop.context)),
      'TEST_FAILED',
    );
    expect(failure.message).to.equal('the test of image web ended with exit code 4');
    expect(failure.evidence).to.deep.equal(['1 failed, 3 passed']);
    expect(failure.next).to.contain('test web --verbose');
  });

  it('says that the command is not in the image', async () => {
    const shop = await fixture({
      image: 'target: app\ntest: pytest -q',
      files: { 'app/Dockerfile': dockerfile },
    });
    const failure = await rejection(
      testImages(shop.context, ['web'], stageOf('test', shop.context)),
      'TEST_FAILED',
    );
    expect(failure.message).to.equal('image web has no `pytest`');
    expect(failure.next).to.contain('target:');
  });

  it('stops the container when it is interrupted, and leaves none behind', async () => {
    const shop = await fixture({
      image: 'target: app\ntest: [sh, -c, "echo started; sleep 60"]',
      files: { 'app/Dockerfile': dockerfile },
    });
    const reason = new StackError('INTERRUPTED', 'interrupted');
    shop.context.events.subscribe({
      handle: (event) => {
        if (event.type === 'stage.output' && event.line === 'started') shop.interrupt(reason);
      },
    });
    await rejection(testImages(shop.context, ['web'], stageOf('test', shop.context)), 'INTERRUPTED');
    const image = (
      await shop.docker('images', '--quiet', '--filter', `reference=${shop.application}/web`)
    ).split('\n')[0];
    expect(await shop.docker('ps', '--all', '--quiet', '--filter', `ancestor=${image}`)).to.equal('');
  });
});
