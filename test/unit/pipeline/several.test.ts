import { expect } from 'chai';
import { StackError } from '../../../runner/src/base/errors.js';
import { inEnvironments } from '../../../runner/src/pipeline/several.js';
import { deployment, type Deployment } from '../../support/deployment.js';

const CONFIG = `application: shop
images: { web: { repository: shop/web } }
environments: { no: {}, prod: {}, last: {} }
`;

describe('several environments', () => {
  let place: Deployment;
  before(async () => {
    place = await deployment({ 'automation-stack.yml': CONFIG });
  });
  after(() => place.remove());

  it('are each named in what is told, also where the words begin like the name', async () => {
    const environments = await Promise.all(
      ['no', 'prod', 'last'].map((name) => place.context.environment(name)),
    );
    const outcomes = await inEnvironments(place.context, environments, {
      command: 'plan',
      title: (name) => `Plan ${name}`,
      body: async ({ name }) => {
        if (name === 'prod') throw new StackError('LOCKED', 'production of another team holds it');
        if (name === 'last') throw new StackError('SCOPE_UNKNOWN', 'has no scope "web"', { subject: name });
        return { name, headline: 'nothing to change' };
      },
      end: ({ headline }) => ({ reason: headline }),
      told: ({ name, headline }) => `${name}: ${headline}`,
    });
    const told = [
      'no: nothing to change',
      'prod: production of another team holds it',
      'last has no scope "web"',
    ];
    expect(outcomes.map((outcome) => outcome.told)).to.deep.equal(told);
    const end = place.events.find((event) => event.type === 'run.end');
    expect(end).to.include({ summary: told.join('\n') });
  });
});
