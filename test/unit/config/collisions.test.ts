import { expect } from 'chai';
import { validateConfig } from '../../support/config.js';

const HEAD = `application: shop
images:
  web: { repository: shop/web }
  worker: { repository: shop/worker }
`;
/** What is found, each as `LINE message`. */
const found = (text: string): string[] =>
  validateConfig('automation-stack.yml', HEAD + text, '/work').issues.map(
    ({ line, message }) => `${line} ${message}`,
  );
const ecs = (name: string, settings: string) =>
  `      ${name}: { kind: ecs-service, image: web, ${settings} }\n`;
const fleet = (name: string, settings: string) => `      ${name}: { kind: fleet, image: web, ${settings} }\n`;
const environment = (name: string, targets: string, settings = '') =>
  `  ${name}:\n${settings}    targets:\n${targets}`;
const two = (first: string, second: string) => `environments:\n${first}${second}`;

describe('two environments on one ECS service', () => {
  const same = 'cluster: main, service: web';

  it('are refused with the lines of both', () => {
    const text = two(environment('staging', ecs('web', same)), environment('production', ecs('web', same)));
    expect(found(text)).to.deep.equal([
      '11 environments.production.targets.web.service: deploys to the same ECS service as ' +
        'environments.staging.targets.web.service (line 8), so each release replaces the other: ' +
        'give it its own service',
    ]);
  });

  it('are refused where one inherits the service of the other', () => {
    const text = two(
      environment('staging', ecs('web', same)),
      '  production:\n    extends: staging\n    promotion: { from: staging }\n',
    );
    const [issue, ...more] = found(text);
    expect(more).to.deep.equal([]);
    expect(issue).to.match(
      /^9 environments\.production\.targets\.web\.service \(inherited by `extends`\): .*\(line 8\)/,
    );
  });

  it('are refused whatever the targets are called, and where one names ARNs', () => {
    const arns = `cluster: 'arn:aws:ecs:eu-west-1:111111111111:cluster/main', service: 'arn:aws:ecs:eu-west-1:111111111111:service/main/web'`;
    const text = two(environment('staging', ecs('web', same)), environment('production', ecs('site', arns)));
    expect(found(text)).to.have.length(1);
  });

  for (const [how, first, second] of [
    ['region', '    aws: { region: eu-west-1 }\n', '    aws: { region: us-east-1 }\n'],
    ['account', "    aws: { account: '111111111111' }\n", "    aws: { account: '222222222222' }\n"],
    ['profile', '    aws: { profile: staging }\n', '    aws: { profile: production }\n'],
    ['region, as far as the text tells', '', "    aws: { region: '${env:REGION}' }\n"],
  ] as const) {
    it(`are two services in another ${how}`, () => {
      const text = two(
        environment('staging', ecs('web', same), first),
        environment('production', ecs('web', same), second),
      );
      expect(found(text)).to.deep.equal([]);
    });
  }

  it('are two services where Jenkins gives each its own credentials', () => {
    const text =
      two(environment('staging', ecs('web', same)), environment('production', ecs('web', same))) +
      'jenkins: { aws-credentials: { staging: aws-staging, production: aws-production } }\n';
    expect(found(text)).to.deep.equal([]);
  });

  it('may come to differ where their names are references', () => {
    const outputs = "cluster: '${output:cluster}', service: '${output:service}'";
    const root = (workspace: string) =>
      `    infrastructure: { directory: terraform, workspace: ${workspace} }\n`;
    const text = (other: string) =>
      two(
        environment('staging', ecs('web', outputs), root('staging')),
        environment('production', ecs('web', outputs), root(other)),
      );
    expect(found(text('production'))).to.deep.equal([]);
    // The outputs of one state are the same, whoever reads them.
    expect(found(text('staging'))).to.have.length(1);
  });
});

describe('two targets of an environment on one ECS service', () => {
  const targets = (first: string, second: string) =>
    `environments:\n${environment('staging', ecs('web', first) + ecs('worker', second))}`;
  const same = 'cluster: main, service: web';

  it('are served where they are two containers of it', () => {
    expect(found(targets(`${same}, container: web`, `${same}, container: worker`))).to.deep.equal([]);
  });

  it('are refused where their containers are one, or not named', () => {
    for (const [first, second] of [
      [same, same],
      [`${same}, container: web`, `${same}, container: web`],
      [`${same}, container: web`, same],
      ["cluster: '${output:cluster}', service: web", "cluster: '${output:cluster}', service: web"],
    ] as const) {
      const issue = found(targets(first, second)).find((text) => text.includes('same ECS service'));
      expect(issue).to.match(
        /^9 environments\.staging\.targets\.worker\.service: is the same ECS service as .*\(line 8\)/,
      );
      expect(issue).to.contain('`container`');
    }
  });

  it('are refused where both migrate', () => {
    const migrate = 'migrate: { command: ./migrate }';
    const [issue] = found(
      targets(`${same}, container: web, ${migrate}`, `${same}, container: worker, ${migrate}`),
    );
    expect(issue)
      .to.contain('targets.worker.migrate')
      .and.to.contain('a service can have only one `migrate`');
  });

  it('are two services in two clusters', () => {
    expect(found(targets(same, 'cluster: other, service: web'))).to.deep.equal([]);
  });
});

describe('two fleets', () => {
  const targets = (first: string, second: string) =>
    `environments:\n${environment('staging', fleet('web', first) + fleet('api', second))}`;

  it('on one group need two ports', () => {
    expect(found(targets('group: web', 'group: web'))[0]).to.match(
      /^9 .*targets\.api\.group: is on the same hosts as .*\(line 8\), with the same port$/,
    );
    expect(found(targets('group: web, port: 80', 'group: web, port: 81'))).to.deep.equal([]);
    expect(found(targets('group: web', 'group: api'))).to.deep.equal([]);
  });

  it('of two images do not share a target group; of one image they may', () => {
    const group = (image: string) =>
      `environments:\n${environment(
        'staging',
        fleet('web', 'group: web, target-group: shop') +
          `      api: { kind: fleet, image: ${image}, group: api, target-group: shop }\n`,
      )}`;
    expect(found(group('worker'))[0]).to.contain('serves another image');
    expect(found(group('web'))).to.deep.equal([]);
  });

  it('of two environments share neither hosts nor a target group', () => {
    const tags = '    inventory: { tags: { app: shop } }\n';
    const both = (settings: string, target: string) =>
      found(
        two(
          environment('staging', fleet('web', target), settings),
          environment('production', fleet('web', target), settings),
        ),
      );
    expect(both(tags, 'group: web')[0]).to.contain('is on the same hosts');
    expect(both('', 'group: web')).to.deep.equal([]);
    expect(both('', 'group: web, target-group: shop')[0]).to.contain('hosts of both environments');
  });
});

describe('other things that only one can have', () => {
  const one = `environments: { staging: {} }\n`;

  it('are repositories of images', () => {
    const issues = validateConfig(
      'automation-stack.yml',
      `application: shop\nimages:\n  web: { repository: shop/web }\n  api: { context: api, repository: shop/web }\n${one}`,
      '/work',
    ).issues;
    expect(issues.map(({ line, message }) => `${line} ${message}`)).to.deep.equal([
      '4 images.api.repository: pushes to the repository of images.web.repository (line 3): give each image its own repository',
    ]);
  });

  it('are Terraform states that are given other values', () => {
    const root = (name: string, settings: string) =>
      `  ${name}:\n    infrastructure: { directory: terraform, ${settings} }\n`;
    const both = (first: string, second: string) =>
      found(two(root('staging', first), root('production', second)));
    expect(both('var-files: [a.tfvars]', 'var-files: [b.tfvars]')[0]).to.match(
      /^8 environments\.production\.infrastructure: is the same Terraform state as .*\(line 7\)|^9 /,
    );
    expect(both('variables: { a: 1 }', 'variables: { a: 2 }')).to.have.length(1);
    expect(both('var-files: [a.tfvars]', 'var-files: [a.tfvars]')).to.deep.equal([]);
    expect(both('workspace: a, var-files: [a.tfvars]', 'workspace: b, var-files: [b.tfvars]')).to.deep.equal(
      [],
    );
    expect(
      both(
        'backend-config: [a.hcl], var-files: [a.tfvars]',
        'backend-config: [b.hcl], var-files: [b.tfvars]',
      ),
    ).to.deep.equal([]);
  });
});
