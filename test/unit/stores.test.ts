import { join } from 'node:path';
import { expect } from 'chai';
import { jsonSchema } from '../../runner/src/config/jsonSchema.js';
import { walkUpstream } from '../../runner/src/delivery/upstream.js';
import { stateChecks } from '../../runner/src/doctor/deployment.js';
import { policyFor } from '../../runner/src/iam/policy.js';
import type { Verb } from '../../runner/src/iam/rules/verbs.js';
import { plansDirectory } from '../../runner/src/infrastructure/planPlaces.js';
import { openOwnership } from '../../runner/src/infrastructure/ownership.js';
import { kinds } from '../../runner/src/kinds.js';
import { configurationPage } from '../../runner/src/reference/configurationPage.js';
import { deployment, type Deployment } from '../support/deployment.js';
import { mountStore, tableStore } from '../support/kinds/tableStore.js';
import { rejection } from '../support/rejection.js';

const mine = { ...kinds, stores: [...kinds.stores, tableStore, mountStore] };
const CONFIG = (state: string, more = '') => `application: shop
images: { web: { repository: shop/web } }
state: { location: ${state} }
${more}environments:
  staging:
    aws: { region: eu-central-1, account: '111122223333' }
`;

/** One registration each, above: nothing else of the runner was told of them. */
describe('a kind of state store that one line registers', () => {
  let place: Deployment | undefined;
  const contextOf = async (text: string, env: Record<string, string | undefined> = {}) => {
    place = await deployment({ 'automation-stack.yml': text }, { AWS_REGION: undefined, ...env }, mine);
    return place.context;
  };
  afterEach(() => place?.remove());

  it('is in the schema and the reference, and only there where it is registered', () => {
    expect(configurationPage(jsonSchema(mine)).split('table://name')).to.have.length(3);
    expect(JSON.stringify(jsonSchema(kinds))).not.to.include('table://name');
  });

  it('keeps the state, what is needed and the ledger of what is owned', async () => {
    const context = await contextOf(
      CONFIG('table://state', 'needs: { auth: table://auth }\n').replace(
        'aws:',
        'infrastructure: { ownership: table://owned }\n    aws:',
      ),
    );
    const store = await context.store();
    await store.put('a', '1');
    expect(await store.list('')).to.deep.equal(['a']);
    expect((await walkUpstream(context)).upstream.map(({ application }) => application)).to.deep.equal([
      'auth',
    ]);
    await openOwnership(context, await context.environment('staging'));
  });

  it('is refused by its form where it is needed or owns, naming the forms there are', async () => {
    const context = await contextOf(CONFIG('table://state', 'needs: { auth: ftp://auth }\n'));
    const error = await rejection(context.config(), 'CONFIG_INVALID');
    expect(error.evidence.join('\n')).to.include(
      'needs.auth: must be a directory or s3://bucket/prefix or table://name or mount://path, not "ftp://auth"',
    );
  });

  it('has plans beside the configuration, and no disk to check, where it is elsewhere', async () => {
    const context = await contextOf(CONFIG('table://state'));
    const directory = join((place as Deployment).directory, '.automation-stack', 'plans');
    expect(plansDirectory(await context.config())).to.equal(directory);
    const ids = stateChecks(context, await context.config()).map(({ id }) => id);
    expect(ids).to.deep.equal(['state']);
  });

  it('has plans and its disk in its folder where that is on this machine, and none in a workspace', async () => {
    const context = await contextOf(CONFIG('mount://kept'));
    const folder = join((place as Deployment).directory, 'kept');
    expect(plansDirectory(await context.config())).to.equal(join(folder, 'plans'));
    const disk = stateChecks(context, await context.config()).find(({ id }) => id === 'disk');
    expect((await disk?.run())?.found).to.include(` at ${(place as Deployment).directory}`);
    place?.remove();
    const build = await contextOf(CONFIG('mount://kept'), { BUILD_TAG: 'x', JENKINS_URL: 'x' });
    expect((await rejection(build.store(), 'CONFIG_INVALID')).message).to.include('of this workspace');
  });

  it('has what it needs in the policy of a command, and S3 has no part in it', async () => {
    const context = await contextOf(CONFIG('table://state', 'needs: { auth: table://auth }\n'));
    const environment = await context.environment('staging');
    const policy = async (verb: Verb) => {
      const { Statement } = (await policyFor(context, environment, { verb })).policy;
      return Statement.map(({ Action, Resource }) => `${Action.join(' ')} on ${Resource.join(' ')}`);
    };
    const table = 'arn:aws:dynamodb:eu-central-1:111122223333:table';
    expect(await policy('history')).to.deep.equal([`dynamodb:GetItem on ${table}/state`]);
    expect(await policy('needs')).to.deep.equal([`dynamodb:GetItem on ${table}/auth ${table}/state`]);
    expect(await policy('lock')).to.deep.equal([`dynamodb:GetItem dynamodb:PutItem on ${table}/state`]);
  });
});
