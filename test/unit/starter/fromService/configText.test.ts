import { expect } from 'chai';
import * as fc from 'fast-check';
import { serviceConfig } from '../../../../runner/src/starter/fromService/rules/configText.js';
import { releasedContainer } from '../../../../runner/src/starter/fromService/rules/serviceFacts.js';
import type {
  LivingService,
  LivingStrategy,
} from '../../../../runner/src/starter/fromService/rules/livingService.js';
import { validateConfig } from '../../../support/config.js';
import { balancer, container, facts, living } from '../../../support/livingService.js';

function configOf(...given: Parameters<typeof facts>) {
  const { facts: found, notes } = facts(...given);
  const text = serviceConfig(found);
  const { config, issues } = validateConfig('automation-stack.yml', text, '/tmp');
  expect(issues, text).to.deep.equal([]);
  const target = config?.environments['staging']?.targets['web'] as unknown as Record<string, unknown>;
  return { text, notes, config, target };
}

describe('the configuration of a service that runs', () => {
  it('has its names, repository, region and account, and its rolling update as the default', () => {
    const { config, target, text } = configOf(living());
    expect(config?.application).to.equal('shop');
    expect(config?.branches).to.deep.equal({ develop: 'staging' });
    expect(config?.images['web']).to.include({ context: '.', repository: 'shop/web' });
    expect(config?.environments['staging']?.aws).to.deep.equal({
      region: 'eu-west-1',
      account: '111111111111',
    });
    expect(target).to.deep.include({ cluster: 'main', service: 'shop-web', strategy: { kind: 'rolling' } });
    expect(target).not.to.have.property('container');
    expect(text).to.contain('# migrate:');
  });

  it('has the health path of the target group, else what the project tells, else a hint', () => {
    const health = (service: LivingService, files?: Record<string, string>) =>
      (configOf(service, files).target['health'] as { path: string }).path;
    expect(health(living({ balancers: [balancer()] }))).to.equal('/healthz');
    const checked = { Dockerfile: 'FROM x\nEXPOSE 80\nHEALTHCHECK CMD curl -f http://localhost/up\n' };
    expect(health(living({ balancers: [balancer({ healthPath: undefined })] }), checked)).to.equal('/up');
    expect(configOf(living()).text).to.contain('health: { for: 10s } # path:');
    expect(configOf(living({ containers: [container('web', { ports: [] })] })).text).to.contain(
      '# A worker without a port',
    );
  });

  it('leaves variables and secrets in the task definition, and says how many', () => {
    const { text, target } = configOf(
      living({
        containers: [container('web', { variables: ['DATABASE_URL', 'A'], secrets: ['DB_PASSWORD'] })],
      }),
    );
    expect(text)
      .to.contain('# 2 variables and 1 secret of the task definition stay there')
      .and.not.to.contain('DB_PASSWORD');
    expect(target['environment']).to.deep.equal({});
  });

  it('names the container where there are several, and has lines for the others with an image here', () => {
    const service = living({ containers: [container('web'), container('worker'), container('envoy')] });
    const { target, text, notes } = configOf(service, undefined, {
      repositories: new Map([
        ['web', 'shop/web'],
        ['worker', 'shop/worker'],
      ]),
    });
    expect(target['container']).to.equal('web');
    expect(text)
      .to.contain('# worker: with an image of its repository shop/worker')
      .and.not.to.contain('# envoy');
    expect(notes)
      .to.contain('worker and envoy stay in the task definition shop-web:7')
      .and.to.contain('worker could get releases too');
  });

  it('takes the application of Copilot’s tags, and the Dockerfile that is called like the container', () => {
    const { config } = configOf(
      living({ tags: { 'copilot-application': 'market', 'copilot-service': 'web' } }),
      { 'worker/Dockerfile': 'FROM x', 'web/Dockerfile': 'FROM x' },
    );
    expect(config?.application).to.equal('market');
    expect(config?.images).to.have.all.keys('web');
    expect(config?.images['web']).to.include({ context: 'web' });
  });

  it('says what is not as somebody may think', () => {
    const told = (service: LivingService, more?: Parameters<typeof facts>[2]) =>
      facts(service, undefined, more).notes;
    expect(told(living({ scaling: { min: 2, max: 10 } }))).to.contain('autoscaling from 2 to 10 tasks stays');
    expect(told(living({ desired: 0 }))).to.contain('wants 0 tasks');
    expect(told(living({ isExpress: true }))).to.contain('made by ECS Express Mode');
    expect(facts(living(), {}).notes).to.contain('no Dockerfile was found');
    const elsewhere = { ...living(), containers: [container('web', { image: 'nginx:1.27' })] };
    expect(told(elsewhere, { running: { tag: '1.27', tagHolds: false } })).to.contain(
      'which is not in the registry of this account: releases go to the repository shop/web',
    );
  });

  it('applies nothing to a root that may know the service, unless it was made for it', () => {
    const files = { Dockerfile: 'FROM x', 'infra/main.tf': 'provider "aws" {}\n' };
    expect(configOf(living(), files).text).to.contain(
      '# infrastructure: { directory: infra, workspace: default }',
    );
    expect(configOf(living(), files).config?.environments['staging']).not.to.have.property('infrastructure');
    const own = serviceConfig({ ...facts(living()).facts, importsInto: 'terraform' });
    const { config } = validateConfig('automation-stack.yml', own, '/tmp');
    expect(config?.environments['staging']?.infrastructure?.directory).to.equal('terraform');
  });

  it('is valid whatever things are called', () => {
    // As AWS takes them: letters, digits, - and _ in containers, what can be printed elsewhere.
    const word = fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/);
    const printable = fc.oneof(
      fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 }),
      fc.constantFrom('${env:HOME}', "it's, [x]", '#a: b', '1.10', 'on'),
    );
    fc.assert(
      fc.property(word, printable, printable, printable, (called, path, alarm, application) => {
        const strategy: LivingStrategy = {
          kind: 'BLUE_GREEN',
          bakeMinutes: 5,
          alarms: [alarm, `${alarm},x`],
          hooks: [],
        };
        const { facts: found } = facts(
          living({
            containers: [container(called), container('other')],
            balancers: [balancer({ container: called, healthPath: `/${path}` })],
            strategy,
            tags: { 'copilot-application': application },
          }),
        );
        const { config, issues } = validateConfig('automation-stack.yml', serviceConfig(found), '/tmp');
        expect(issues).to.deep.equal([]);
        const [target] = Object.values(config?.environments['staging']?.targets ?? {}) as unknown as {
          container: string;
          strategy: { alarms: string[] };
          health: { path: string };
        }[];
        expect(target?.strategy.alarms).to.deep.equal([alarm, `${alarm},x`].map(escaped));
        expect(target?.container).to.equal(called);
        expect(target?.health.path).to.equal(escaped(`/${path}`));
      }),
      { numRuns: 60 },
    );
  });
});

/** References are looked up later: what only looks like one is still written as none. */
const escaped = (text: string) => text.replaceAll('${', () => '$${');

describe('the container that gets releases', () => {
  const isOwn = ({ name }: { name: string }) => name.startsWith('own');
  const chosen = (containers: LivingService['containers'], balancers: LivingService['balancers'] = []) =>
    releasedContainer(living({ containers, balancers }), isOwn).name;
  it('is the one behind the load balancer, else the first with an image here, else the first that is essential', () => {
    const all = [
      container('agent', { essential: false }),
      container('proxy'),
      container('own'),
      container('web'),
    ];
    expect(chosen(all, [balancer({ container: 'web' })])).to.equal('web');
    expect(chosen(all)).to.equal('own');
    expect(chosen(all.slice(0, 2))).to.equal('proxy');
    expect(chosen(all.slice(0, 1))).to.equal('agent');
  });
});
