import { expect } from 'chai';
import { serviceName, sharedService } from '../../../runner/src/delivery/targets/ecs/collisions.js';
import { validateConfig } from '../../support/config.js';

const HEAD = 'application: shop\nimages: { web: { repository: shop/web }, api: { repository: shop/api } }\n';
const found = (environments: readonly string[], more = ''): string[] =>
  validateConfig(
    'a.yml',
    `${HEAD}environments:\n${environments.map((each) => `  ${each}\n`).join('')}${more}`,
    '/w',
  ).issues.map(({ line, message }) => `${line} ${message}`);
const fleet = (settings: string, image = 'web') => `{ kind: fleet, image: ${image}, ${settings} }`;
const ecs = (settings: string) => `{ kind: ecs-service, image: web, ${settings} }`;
const one = (name: string, target: string, settings = '') =>
  `${name}: { ${settings} targets: { web: ${target} } }`;
const both = (target: string, first = '', second = first, more = '') =>
  found([one('staging', target, first), one('production', target, second)], more);

describe('two containers of one service', () => {
  it('are two where both are named, and only one of them migrates', () => {
    const migrate = {} as never;
    const [web, api] = [{ container: 'web' }, { container: 'api' }];
    expect(sharedService(web, api)).to.equal(undefined);
    expect(sharedService({ ...web, migrate }, api)).to.equal(undefined);
    expect(sharedService(web, { ...api, migrate })).to.equal(undefined);
    const problem = sharedService({ ...web, migrate }, { ...api, migrate });
    expect(problem?.key).to.equal('migrate');
    expect(problem?.message('target api')).to.contain('migrates with the same ECS service as target api');
    for (const [first, second] of [
      [web, {}],
      [{}, web],
      [web, web],
      [{}, {}],
    ])
      expect(sharedService(first!, second!)?.message('target api')).to.contain('name the `container`');
  });

  it('are of a service that may be named by ARNs', () => {
    const arn = (kind: string, name: string) => `arn:aws:ecs:eu-west-1:111111111111:${kind}/${name}`;
    expect(serviceName({ cluster: arn('cluster', 'main'), service: arn('service', 'main/web') })).to.equal(
      'main/web',
    );
    expect(serviceName({ cluster: 'main', service: 'the/arn:web' })).to.equal('main/the/arn:web');
  });
});

describe('hosts of two targets', () => {
  it('are the same where the group is, and refused by the name of the container too', () => {
    const target = (port: number) => fleet(`group: g, port: ${port}`);
    const tags = 'inventory: { tags: { app: shop, tier: web } },';
    const turned = 'inventory: { tags: { tier: web, app: shop } },';
    const pair = (first: string, second: string) =>
      found([one('staging', target(80), first), one('production', target(81), second)]);
    expect(pair(tags, turned)).to.deep.equal([
      '5 environments.production.targets.web.group: is on the same hosts as environments.staging.targets.web.group (line 4), with the same container',
    ]);
    expect(pair(tags, 'inventory: { tags: { app: shop } },')).to.deep.equal([]);
    expect(pair(tags, '')).to.deep.equal([]);
    expect(pair('inventory: { file: hosts },', 'inventory: { file: hosts },')).to.deep.equal([]);
  });

  it('are apart in two regions, whatever their tags', () => {
    const tags = 'inventory: { tags: { app: shop } },';
    expect(
      both(fleet('group: g'), `${tags} aws: { region: eu-west-1 },`, `${tags} aws: { region: us-east-1 },`),
    ).to.deep.equal([]);
    expect(
      both(
        fleet('group: g'),
        `${tags} aws: { region: eu-west-1, profile: p },`,
        `aws: { profile: p, region: eu-west-1 }, ${tags}`,
      ),
    ).to.have.length(1);
  });

  it('serve two target groups', () => {
    const pair = (first: string, second: string) =>
      found([
        one('staging', fleet(`group: g, target-group: ${first}`)),
        one('production', fleet(`group: g, target-group: ${second}`)),
      ]);
    expect(pair('a', 'b')).to.deep.equal([]);
    expect(pair('a', 'a')).to.have.length(1);
  });

  it('are told once of one place, with the first that they collide with', () => {
    const three = ['a', 'b', 'c'].map((name) => one(name, fleet('group: g, target-group: shop')));
    expect(found(three)).to.deep.equal([
      '5 environments.b.targets.web.target-group: is the target group of environments.a.targets.web.target-group (line 4): requests would go to the hosts of both environments',
      '6 environments.c.targets.web.target-group: is the target group of environments.a.targets.web.target-group (line 4): requests would go to the hosts of both environments',
    ]);
  });
});

describe('names that are looked up', () => {
  const outputs = ecs("cluster: '${output:cluster}', service: '${output:service}'");
  const root = (directory: string) => `infrastructure: { directory: '${directory}' },`;

  it('mean the same where all are outputs of one state', () => {
    expect(both(outputs, root('terraform'), root('./terraform/'))).to.have.length(1);
    expect(both(outputs, root('terraform'), root('other'))).to.deep.equal([]);
  });

  it('may differ where one is of something else, or the state itself is looked up', () => {
    const mixed = ecs("cluster: '${env:CLUSTER}', service: '${output:service}'");
    expect(both(mixed, root('terraform'))).to.deep.equal([]);
    expect(both(outputs, root('${env:ROOT}'))).to.deep.equal([]);
  });

  it('may differ where the region or the account is looked up', () => {
    expect(both(ecs('cluster: c, service: s'), "aws: { region: '${env:REGION}' },")).to.deep.equal([]);
  });

  it('are one thing to credentials that are the same for all, or for both', () => {
    const target = ecs('cluster: c, service: s');
    expect(both(target, '', '', 'jenkins: { aws-credentials: aws }\n')).to.have.length(1);
    const each = (production: string) =>
      `jenkins: { aws-credentials: { staging: a, production: ${production} } }\n`;
    expect(both(target, '', '', each('a'))).to.have.length(1);
    expect(both(target, '', '', each('b'))).to.deep.equal([]);
  });
});

describe('a Terraform state of two environments', () => {
  const plain = (first: string, second: string) =>
    found([`staging: { ${first} }`, `production: { ${second} }`]);

  it('is given the same by the same files and variables in the same account', () => {
    const same = 'infrastructure: { var-files: [a.tfvars], variables: { a: 1 } }';
    expect(plain(same, same)).to.deep.equal([]);
    expect(plain(`${same}, aws: { region: eu-west-1 }`, `${same}, aws: { region: us-east-1 }`)).to.deep.equal(
      [
        '5 environments.production.infrastructure: is the same Terraform state as environments.staging.infrastructure (line 4), but with other values: each apply would undo the other; give it its own workspace',
      ],
    );
  });

  it('is the one of the default workspace where none is named', () => {
    expect(
      plain('infrastructure: { workspace: default, variables: { a: 1 } }', 'infrastructure: {}'),
    ).to.have.length(1);
  });

  it('is none where one has no infrastructure', () => {
    expect(plain('infrastructure: { variables: { a: 1 } }', 'url: x')).to.deep.equal([]);
    expect(plain('url: x', 'infrastructure: { variables: { a: 1 } }')).to.deep.equal([]);
  });
});
