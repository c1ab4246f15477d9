import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { completionFacts } from '../../runner/src/commands/completionFacts.js';
import { allCommands } from '../../runner/src/commands/registry.js';
import { completions } from '../../runner/src/commands/rules/completionWords.js';
import { jsonSchema } from '../../runner/src/config/jsonSchema.js';
import type { Kinds } from '../../runner/src/context/context.js';
import { previewDeploy } from '../../runner/src/delivery/preview.js';
import { examine } from '../../runner/src/doctor/examine.js';
import { policyFor } from '../../runner/src/iam/policy.js';
import { kinds } from '../../runner/src/kinds.js';
import { configurationPage } from '../../runner/src/reference/configurationPage.js';
import { createRunViews } from '../../runner/src/views/runViews.js';
import { deployment, type Deployment } from '../support/deployment.js';
import { logbook } from '../support/kinds/logbook.js';
import { staticSite } from '../support/kinds/staticSite.js';

const mine: Kinds = {
  ...kinds,
  targets: [...kinds.targets, staticSite],
  channels: [...kinds.channels, logbook],
};
const page = configurationPage(jsonSchema(mine));
const site = (settings: string) => `    targets: { site: { kind: static-site, image: web${settings} } }\n`;
const configuration = (settings = ', bucket: shop-site', file = '/nowhere/book.txt') => `application: shop
images: { web: { repository: shop/web } }
notifications: { logbook: { file: ${file} } }
environments:
  staging:
    aws: { region: eu-central-1, account: '111122223333' }
${site(settings)}`;

/** One registration each, above: nothing else of the runner was told of them. */
describe('a kind of target and a channel that one line registers', () => {
  let place: Deployment | undefined;
  const placed = async (text: string) => {
    place = await deployment({ 'automation-stack.yml': text }, { AWS_REGION: undefined }, mine);
    return place;
  };
  const staging = async (text = configuration()) => {
    const { context } = await placed(text);
    return { context, environment: await context.environment('staging') };
  };
  const evidence = async (text: string) => {
    const { context } = await placed(text);
    return context.config().then(
      () => [],
      (error: { evidence?: readonly string[] }) =>
        error.evidence?.map((line) => line.replace(/^automation-stack\.yml:\d+:\d+ /, '')),
    );
  };
  afterEach(() => place?.remove());

  it('are in the schema, and only there where they are registered', async () => {
    expect(JSON.stringify(jsonSchema(mine)))
      .to.include('static-site')
      .and.include('logbook');
    expect(JSON.stringify(jsonSchema(kinds)))
      .not.to.include('static-site')
      .and.not.to.include('logbook');
  });

  it('are in the reference of the configuration, with their words', () => {
    expect(page).to.include('`environments.NAME.targets.NAME (static-site).bucket`');
    expect(page).to.include('Bucket that serves the site.');
    expect(page).to.include('`notifications.logbook`').and.include('Logbook: a line for each run.');
  });

  it('are checked as the configuration is read', async () => {
    expect(await evidence(configuration(''))).to.deep.equal([
      'environments.staging.targets.site.bucket: is required',
    ]);
    expect(await evidence(configuration().replace('static-site', 'static'))).to.deep.equal([
      'environments.staging.targets.site.kind: must have a kind: ecs-service | fleet | instances | static-site',
    ]);
    expect(await evidence(configuration(', bucket: b', '/nowhere/'))).to.deep.equal([
      'notifications.logbook: needs a file, not a directory',
    ]);
    const twice = `${configuration()}  production:\n${site(', bucket: shop-site')}`;
    expect(await evidence(twice)).to.deep.equal([
      'environments.production.targets.site.bucket: is the bucket of environments.staging.targets.site.bucket (line 7)',
    ]);
  });

  it('are checked by doctor', async () => {
    const { context } = await staging();
    const found = await examine(context, 3_000);
    const of = (id: string) => found.find((check) => check.id === id);
    expect(of('site:staging/site')).to.include({ status: 'ok', found: 'shop-site serves it' });
    expect(of('logbook')).to.include({ title: 'Logbook', found: '/nowhere/book.txt can be written' });
    expect(of('aws:staging'), 'it asks AWS').not.to.equal(undefined);
  });

  it('have what they need in the policy of a command', async () => {
    const { context, environment } = await staging();
    const policy = async (verb: 'status' | 'deploy') =>
      (await policyFor(context, environment, { verb })).policy.Statement.filter(({ Resource }) =>
        JSON.stringify(Resource).includes('shop-site'),
      ).flatMap(({ Action }) => Action);
    expect(await policy('status')).to.deep.equal(['s3:GetObject']);
    expect(await policy('deploy')).to.have.members(['s3:GetObject', 's3:PutObject']);
  });

  it('are told by a preview', async () => {
    const { context, environment } = await staging();
    const { lines } = await previewDeploy(context, environment, '1.0.0');
    expect(lines).to.include('  site is copied into shop-site');
  });

  it('are completed', async () => {
    const { directory } = await placed(configuration());
    const commands = (await allCommands()).map((one) => ({ ...one, options: one.options ?? [] }));
    const facts = () => completionFacts(join(directory, 'automation-stack.yml'));
    expect(await completions(commands, ['migrate', '--target', ''], facts)).to.deep.equal(['site']);
  });

  it('are told of a run', async () => {
    const { directory } = await placed('');
    const file = join(directory, 'book.txt');
    place?.write({ 'automation-stack.yml': configuration(', bucket: b', file) });
    const [, told] = await createRunViews((place as Deployment).context, () => undefined);
    await told?.close?.();
    expect(readFileSync(file, 'utf8')).to.equal('a run ended\n');
  });
});
