import { expect } from 'chai';
import { runOwnStage } from '../../../runner/src/pipeline/ownStage.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

describe('a stage of a project’s own, at work', () => {
  let place: Deployment;
  const begin = async (script: string, more = '') => {
    place = await deployment({
      'automation-stack.yml': `application: shop
images: { web: { repository: shop/web } }
environments:
  staging: { url: "https://staging.example", targets: { web: { kind: fleet, group: web, image: web } } }
stages: { smoke: { after: deploy:staging, run: [sh, -c, ${JSON.stringify(script)}]${more} } }
`,
    });
    const planned = {
      id: 'smoke',
      kind: 'own',
      title: 'smoke',
      needs: [],
      command: [],
      credentials: [],
    } as const;
    return runOwnStage(
      place.context,
      { ...planned, environment: 'staging' },
      stageOf('smoke', place.context),
    );
  };
  afterEach(() => place.remove());

  it('runs beside the configuration and knows its environment', async () => {
    await begin('test -f automation-stack.yml && echo "$AUTOMATION_STACK_ENVIRONMENT $AUTOMATION_STACK_URL"');
    expect(
      place.events.flatMap((event) => (event.type === 'stage.output' ? [event.line] : [])),
    ).to.deep.equal(['staging https://staging.example']);
  });

  it('fails by its exit code, with its last lines', async () => {
    const failure = await rejection(begin('echo "GET /cart 500"; exit 3'), 'STAGE_FAILED');
    expect(failure).to.deep.include({
      message: 'stage smoke failed: it ended with exit code 3',
      where: 'stages.smoke',
      evidence: ['GET /cart 500'],
    });
  });

  it('is stopped at its timeout', async () => {
    const failure = await rejection(begin('sleep 30', ', timeout: 300ms'), 'STAGE_FAILED');
    expect(failure.message).to.equal('stage smoke failed: it was stopped after 300ms (timeout)');
  });
});
