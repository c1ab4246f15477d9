import { expect } from 'chai';
import { parse } from 'yaml';
import type { StarterFacts } from '../../../../runner/src/starter/rules/facts.js';
import { starterConfig, starterJenkinsfile } from '../../../../runner/src/starter/rules/starterFile.js';
import { validateConfig } from '../../../support/config.js';

const facts = (more: Partial<StarterFacts> = {}): StarterFacts => ({
  ...{ application: 'shop', schema: 's.json', region: 'eu-west-1', shape: 'hello-ecs' },
  images: [{ name: 'web', context: '.' }],
  ...more,
});
const config = (more: Partial<StarterFacts> = {}) => {
  const text = starterConfig(facts(more));
  const { config: read, issues } = validateConfig('automation-stack.yml', text, '/tmp');
  expect(issues, text).to.deep.equal([]);
  // As it is written: what an environment inherits is not in it.
  const raw = parse(text) as Record<string, Record<string, Record<string, unknown>>>;
  return { text, config: read, raw };
};
const environment = (name: 'staging' | 'production', more: Partial<StarterFacts> = {}) =>
  config(more).raw['environments']?.[name] as Record<string, Record<string, unknown>>;
const outputs = (...names: readonly string[]) => ({
  infrastructure: { directory: 'terraform', varFiles: [], outputs: names },
});
const hosts = { shape: 'flask-fleet' as const };

describe('the branches of a first file', () => {
  it('are develop and main where nothing says another', () => {
    expect(config().config?.branches).to.deep.equal({ develop: 'staging', main: 'production' });
    expect(config({ branches: { 'release/*': 'staging' } }).config?.branches).to.deep.equal({
      'release/*': 'staging',
    });
  });
  it('begin what it says of stages', () => {
    expect(config().text).to.contain('stages --branch develop`');
    expect(config({ branches: { x: 'production' } }).text).to.contain('stages --branch x`');
    expect(starterConfig(facts({ branches: {} }))).to.contain('stages --branch main`');
  });
});

describe('the images of a first file', () => {
  it('are web where a target needs one', () => {
    expect(config({ images: [] }).raw['images']).to.deep.equal({
      web: { context: '.', repository: 'shop/web' },
    });
    const none = config({ images: [], shape: 'minimal' });
    expect(none.raw).not.to.have.property('images');
    expect(none.text).to.contain('#   web: { context: app, repository: shop/web');
  });

  it('have all that is known of them', () => {
    const image = {
      name: 'api',
      context: 'a b',
      dockerfile: 'x/Dockerfile',
      target: 'run',
      args: { A: 'true', on: 'b' },
    };
    const test = ['go', 'test'];
    expect(config({ images: [{ ...image, test, testStage: 'test' }] }).raw['images']?.['api']).to.deep.equal({
      context: 'a b',
      dockerfile: 'x/Dockerfile',
      repository: 'shop/api',
      target: 'run',
      'build-args': { A: 'true', on: 'b' },
      test: { target: 'test', command: test },
    });
  });

  it('have their tests as a suggestion where no stage is there for them', () => {
    const untried = config({ images: [{ name: 'web', context: '.', test: ['go', 'test'] }] });
    expect(untried.raw['images']?.['web']).not.to.have.property('test');
    expect(untried.text).to.contain("# test: 'go test'");
    expect(config().text).to.contain("# test: 'pytest -q'");
  });
});

describe('the infrastructure of a first file', () => {
  it('is a suggestion where there is no root', () => {
    expect(environment('staging')).not.to.have.property('infrastructure');
    expect(environment('production')).not.to.have.property('infrastructure');
    expect(config().text).to.contain('# infrastructure: {');
  });

  const rows: readonly (readonly [string, NonNullable<StarterFacts['infrastructure']>, object, object])[] = [
    [
      'is a workspace of one root',
      { directory: 't', varFiles: [] },
      { directory: 't', workspace: 'staging' },
      { workspace: 'production' },
    ],
    [
      'has the variable files by the names of the environments',
      { directory: 't', varFiles: ['staging', 'production'] },
      { directory: 't', workspace: 'staging', 'var-files': ['staging.tfvars'] },
      { workspace: 'production', 'var-files': ['production.tfvars'] },
    ],
    [
      'has the variable files that are there',
      { directory: 't', varFiles: [], files: { staging: ['stg.tfvars'], production: ['prod.tfvars'] } },
      { directory: 't', workspace: 'staging', 'var-files': ['stg.tfvars'] },
      { workspace: 'production', 'var-files': ['prod.tfvars'] },
    ],
    [
      'gives production no variables of staging',
      { directory: 't', varFiles: ['staging'] },
      { directory: 't', workspace: 'staging', 'var-files': ['staging.tfvars'] },
      { workspace: 'production', 'var-files': [] },
    ],
    [
      'has the backend of each environment',
      { directory: 't', varFiles: [], backendConfig: { staging: ['s.hcl'], production: ['p.hcl'] } },
      { directory: 't', workspace: 'staging', 'backend-config': ['s.hcl'] },
      { workspace: 'production', 'backend-config': ['p.hcl'] },
    ],
    [
      'gives production no backend of staging',
      { directory: 't', varFiles: [], backendConfig: { staging: ['s.hcl'] } },
      { directory: 't', workspace: 'staging', 'backend-config': ['s.hcl'] },
      { workspace: 'production', 'backend-config': [] },
    ],
    [
      'gives staging no backend of production',
      { directory: 't', varFiles: [], backendConfig: { production: ['p.hcl'] } },
      { directory: 't', workspace: 'staging' },
      { workspace: 'production', 'backend-config': ['p.hcl'] },
    ],
    [
      'is a root for each environment',
      { directory: 's', directories: { staging: 's', production: 'p' }, varFiles: [] },
      { directory: 's' },
      { directory: 'p' },
    ],
    [
      'is the one root where no other is named',
      { directory: 's', directories: {}, varFiles: [] },
      { directory: 's' },
      { directory: 's' },
    ],
  ];
  for (const [what, infrastructure, staging, production] of rows)
    it(what, () => {
      expect(environment('staging', { infrastructure })['infrastructure']).to.deep.equal(staging);
      expect(environment('production', { infrastructure })['infrastructure']).to.deep.equal(production);
    });

  it('says whether it has outputs, and which variable file it lacks', () => {
    const { text } = config(outputs());
    expect(text).to.contain('declares no outputs yet').and.to.contain('# var-files: [staging.tfvars]');
    expect(config(outputs('x')).text).not.to.contain('no outputs yet');
    expect(config({ infrastructure: { directory: 't', varFiles: [] } }).text).to.contain('no outputs yet');
  });
});

describe('the services of a first file', () => {
  it('have guessed names that differ by environment', () => {
    expect(environment('staging')['targets']?.['web']).to.deep.equal({
      ...{ kind: 'ecs-service', cluster: 'shop-staging', service: 'shop-staging-web', image: 'web' },
      health: { for: '10s' },
    });
    expect(environment('production')['targets']).to.deep.equal({
      web: { cluster: 'shop-production', service: 'shop-production-web' },
    });
    expect(config().text).to.contain('are guesses');
  });

  for (const name of ['cluster', 'cluster_name', 'ecs_cluster', 'ecs_cluster_name', 'cluster_arn'])
    it(`are in the cluster of the output ${name}`, () => {
      expect(environment('staging', outputs(name))['targets']?.['web']).to.include({
        cluster: `\${output:${name}}`,
      });
      expect(environment('production', outputs(name))['targets']).to.deep.equal({
        web: { service: 'shop-production-web' },
      });
    });

  for (const name of [
    'web_service',
    'service_web',
    'web_service_name',
    'service_name_web',
    'service',
    'service_name',
    'ecs_service',
  ])
    it(`are the one of the output ${name}`, () => {
      expect(environment('staging', outputs(name))['targets']?.['web']).to.include({
        service: `\${output:${name}}`,
      });
      expect(environment('production', outputs(name))['targets']).to.deep.equal({
        web: { cluster: 'shop-production' },
      });
    });

  it('need nothing of their own in production where outputs name all', () => {
    expect(environment('production', outputs('cluster', 'service'))).not.to.have.property('targets');
    expect(config(outputs('cluster', 'service')).text).not.to.contain('are guesses');
  });

  it('are not all the one that an output names', () => {
    const images = ['web', 'the-api'].map((name) => ({ name, context: '.' }));
    const { web, 'the-api': api } = environment('staging', {
      images,
      ...outputs('service', 'the_api_service'),
    })['targets'] as Record<string, object>;
    expect(web).to.include({ service: 'shop-staging-web' });
    expect(api).to.include({ service: '${output:the_api_service}' });
    expect(
      environment('production', { images, ...outputs('cluster', 'the_api_service') })['targets'],
    ).to.deep.equal({
      web: { service: 'shop-production-web' },
      'the-api': {},
    });
  });

  it('are those that are told, each with its health', () => {
    const targets = [
      { name: 'api', image: 'web', port: 80, health: { path: '/up', from: 'a.py' } },
      { name: 'jobs', image: 'web', isWorker: true },
    ];
    const { text, raw } = config({ targets });
    const staging = raw['environments']?.['staging']?.['targets'] as Record<string, Record<string, unknown>>;
    expect(Object.keys(staging)).to.deep.equal(['api', 'jobs']);
    expect(staging['api']?.['health']).to.deep.equal({ path: '/up', for: '10s' });
    expect(staging['jobs']?.['health']).to.deep.equal({ for: '10s' });
    expect(text)
      .to.contain('# from a.py')
      .and.to.contain('A worker without a port')
      .and.not.to.contain('does not answer 200');
    expect(config({ targets: [] }).text)
      .to.contain('does not answer 200')
      .and.not.to.contain('A worker');
  });

  it('have the address that the root tells', () => {
    expect(environment('staging', outputs('url'))['url']).to.equal('${output:url}');
    expect(environment('staging')).not.to.have.property('url');
  });
});

describe('the hosts of a first file', () => {
  it('are found by tags that differ by environment, where no output names them', () => {
    expect(environment('staging', hosts)['inventory']).to.deep.equal({
      tags: { Application: 'shop', Environment: 'staging' },
      groups: ['web'],
    });
    expect(environment('production', hosts)['inventory']).to.deep.equal({
      tags: { Environment: 'production' },
    });
    for (const name of ['staging', 'production'] as const)
      expect(environment(name, { ...hosts, ...outputs('hosts') })).not.to.have.property('inventory');
  });

  const ansible = {
    directory: 'ansible',
    playbooks: ['site.yml'],
    groups: ['db', '1st', 'application', 'web'],
  };

  it('are in the likeliest group of the playbooks', () => {
    expect(environment('staging', { ...hosts, ansible })['inventory']).to.deep.include({
      groups: ['application'],
    });
    const db = { ...ansible, groups: ['1st', 'my-web', 'db'] };
    expect(environment('staging', { ...hosts, ansible: db })['inventory']).to.deep.include({
      groups: ['my-web'],
    });
  });

  it('get a Docker engine before their own playbooks, once', () => {
    expect(environment('staging', hosts)['provision']).to.deep.equal({ playbooks: ['docker-host.yml'] });
    expect(environment('staging', { ...hosts, ansible })['provision']).to.deep.equal({
      playbooks: ['docker-host.yml', 'site.yml'],
    });
    const own = { ...ansible, directory: 'ops', playbooks: ['docker-host.yml', 'x.yml'] };
    expect(environment('staging', { ...hosts, ansible: own })['provision']).to.deep.equal({
      directory: 'ops',
      playbooks: ['docker-host.yml', 'x.yml'],
    });
  });

  it('are provisioned also where nothing is deployed', () => {
    const alone = { shape: 'minimal' as const, images: [], ansible };
    expect(environment('staging', alone)['provision']).to.deep.equal({ playbooks: ['site.yml'] });
    expect(environment('production', alone)['inventory']).to.deep.equal({
      tags: { Environment: 'production' },
    });
    expect(environment('staging', alone)).not.to.have.property('targets');
    const nothing = { shape: 'minimal' as const, images: [] };
    expect(environment('staging', nothing)).not.to.have.property('provision');
    expect(environment('production', nothing)).not.to.have.property('inventory');
    expect(config(nothing).text).to.contain('#   web: { kind: ecs-service');
  });
});

describe('the fleet of a first file', () => {
  const fleet = (targets: StarterFacts['targets'], more: Partial<StarterFacts> = {}) =>
    environment('staging', { ...hosts, ...(targets === undefined ? {} : { targets }), ...more });
  const target = { name: 'web', image: 'web' };

  it('answers on port 80, in halves', () =>
    expect(fleet(undefined)['targets']?.['web']).to.deep.equal({
      ...{ kind: 'fleet', group: 'web', image: 'web', batch: '50%' },
      health: { for: '10s' },
    }));

  it('has a port of its own for each target', () => {
    const ports = (...targets: NonNullable<StarterFacts['targets']>) =>
      Object.values(fleet(targets)['targets'] ?? {}).map((one) => {
        const { port = 80, 'container-port': inside } = one as Record<string, number>;
        return [port, inside];
      });
    const a = { ...target, name: 'a' };
    const b = { ...target, name: 'b' };
    expect(ports({ ...a, port: 8000 })).to.deep.equal([[80, 8000]]);
    expect(ports({ ...a, port: 8000, published: 8080 })).to.deep.equal([[8080, 8000]]);
    expect(ports({ ...a, port: 8000 }, { ...b, port: 9000 })).to.deep.equal([
      [80, 8000],
      [9000, 9000],
    ]);
    expect(ports(a, b, { ...a, name: 'c' })).to.deep.equal([
      [80, undefined],
      [81, undefined],
      [82, undefined],
    ]);
    expect(ports({ ...a, published: 81 }, { ...b, published: 81 })).to.deep.equal([
      [81, undefined],
      [82, undefined],
    ]);
  });

  it('has no worker, which has no port to be checked by', () => {
    const worker = { ...target, name: 'jobs', isWorker: true };
    expect(Object.keys(fleet([target, worker])['targets'] ?? {})).to.deep.equal(['web']);
    expect(fleet([worker])).not.to.have.property('targets');
    expect(fleet([worker], outputs('url'))['url']).to.equal('${output:url}');
  });

  it('is in the group of its name, where an output names hosts and their groups', () => {
    const ansible = { directory: 'ansible', playbooks: ['site.yml'], groups: ['web', 'api', '1st'] };
    const group = (name: string, more: Partial<StarterFacts>) =>
      fleet([{ ...target, name }], { ansible, ...more })['targets']?.[name];
    expect(group('api', outputs('hosts'))).to.include({ group: 'api' });
    expect(group('other', outputs('hosts'))).to.include({ group: 'web' });
    expect(group('api', {})).to.include({ group: 'web' });
  });

  it('stands behind the target group and the address that the root tells, the first target alone', () => {
    for (const output of ['target_group', 'target_group_arn']) {
      const both = fleet([target, { ...target, name: 'api' }], outputs(output, 'url'));
      expect(both['targets']?.['web']).to.include({ 'target-group': `\${output:${output}}` });
      expect(both['targets']?.['api']).not.to.have.property('target-group');
      expect(both['url']).to.equal('${output:url}');
    }
  });
});

describe('the Jenkinsfile of a first file', () => {
  it('names the configuration where it is called otherwise', () => {
    expect(starterJenkinsfile()).to.contain('automationStack()\n');
    expect(starterJenkinsfile('automation-stack.yml')).to.contain('automationStack()\n');
    expect(starterJenkinsfile("it's\\x.yml")).to.contain("automationStack(config: 'it\\'s\\\\x.yml')\n");
  });
});
