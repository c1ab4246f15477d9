import { expect } from 'chai';
import { validateConfig } from '../../support/config.js';

const check = (text: string) => validateConfig('automation-stack.yml', text, '/app');
const problems = (text: string) =>
  check(text).issues.map((issue) => `${issue.line}:${issue.column} ${issue.message}`);

const GOOD = `application: shop
images:
  web: { context: app, repository: shop/web }
environments:
  staging:
    targets:
      web: { kind: ecs-service, cluster: c, service: s, image: web, health: { for: 30s } }
  production:
    extends: staging
    promotion: { from: staging }
    targets:
      web: { service: p }
`;

describe('automation-stack.yml', () => {
  it('is read into a frozen configuration with defaults filled in', () => {
    const { config, issues } = check(GOOD);
    expect(issues).to.deep.equal([]);
    expect(config?.state.location).to.equal('.automation-stack');
    expect(config?.environments['staging']?.targets['web']).to.include({
      kind: 'ecs-service',
      timeout: 900_000,
    });
    expect(Object.isFrozen(config?.environments)).to.equal(true);
  });

  it('turns durations into milliseconds', () => {
    expect(check(GOOD).config?.environments['staging']?.targets['web']).to.have.nested.property(
      'health.for',
      30_000,
    );
  });

  it('merges what an environment extends, deeply', () => {
    const target = check(GOOD).config?.environments['production']?.targets['web'];
    expect(target).to.include({ cluster: 'c', service: 'p', image: 'web' });
  });

  it('takes a setting away with null', () => {
    const { config } = check(GOOD.replace('web: { service: p }', 'web: null'));
    expect(config?.environments['production']?.targets).to.deep.equal({});
  });

  it('refuses an unknown key at its own place and names the nearest', () => {
    expect(problems(GOOD.replace('repository:', 'repositry:'))).to.deep.equal([
      '3:24 unknown key "repositry" in images.web. Did you mean "repository"?',
    ]);
  });

  it('knows the keys of each kind of target', () => {
    expect(problems(GOOD.replace('cluster: c', 'clustre: c')).join('\n')).to.contain(
      'Did you mean "cluster"?',
    );
  });

  it('reports every error at once, in the order they stand', () => {
    const found = problems('application: Shop\nenvironments:\n  staging:\n    concurrency: 2\nstate: 7\n');
    expect(found).to.have.lengthOf(3);
    expect(found[0]).to.match(/^1:14 application: must be lower-case/);
    expect(found[1]).to.match(/^4:5 unknown key "concurrency" in environments.staging/);
    expect(found[2]).to.match(/^5:8 state: must be a map, not 7/);
  });

  it('reports what several environments inherit only once', () => {
    expect(problems(GOOD.replace('for: 30s', 'for: soon'))).to.have.lengthOf(1);
  });

  it('points at malformed YAML', () => {
    expect(problems('application: shop\nenvironments: [a\nimages: {}\n')[0]).to.match(/^3:/);
  });

  it('refuses a duplicate key', () => {
    expect(problems('application: a\napplication: b\nenvironments: {}\n')[0]).to.match(/^2:1 .*unique/i);
  });

  it('refuses an image that is not defined, with the nearest name', () => {
    expect(problems(GOOD.replace('image: web', 'image: wbe'))[0]).to.contain(
      'image "wbe" is not defined. Did you mean "web"?',
    );
  });

  it('refuses a branch that leads nowhere', () => {
    expect(problems(`${GOOD}branches: { develop: stagign }\n`)[0]).to.contain('Did you mean "staging"?');
  });

  it('refuses environments that extend each other in a circle', () => {
    const text = GOOD.replace('  staging:\n', '  staging:\n    extends: production\n');
    expect(problems(text).join('\n')).to.match(/circular/);
  });

  it('knows the applications that are needed by name, with a place for each', () => {
    const { config, issues } = check(`${GOOD}needs: { auth: s3://delivery, mail: ../mail }\n`);
    expect(issues).to.deep.equal([]);
    expect(config?.needs).to.deep.equal({ auth: 's3://delivery', mail: '../mail' });
    expect(check(GOOD).config?.needs).to.deep.equal({});
  });

  it('refuses to need itself, a name that is none, and a place that is neither a directory nor a bucket', () => {
    expect(problems(`${GOOD}needs: { shop: .. }\n`)[0]).to.equal('13:16 needs: shop cannot need itself');
    expect(problems(`${GOOD}needs: { Auth: .. }\n`)[0]).to.contain('"Auth" is not a valid name');
    for (const place of ['gs://delivery', 's3://', 'https://example.org/x', 's3:///x']) {
      expect(problems(`${GOOD}needs: { auth: '${place}' }\n`)[0], place).to.contain(
        'needs.auth: must be a directory or',
      );
    }
  });

  it('refuses a test command that needs a shell', () => {
    const text = GOOD.replace('repository: shop/web', "repository: shop/web, test: 'a && b'");
    expect(problems(text)[0]).to.contain('without a shell');
  });

  describe('a role to assume', () => {
    const withAws = (aws: string) => GOOD.replace('  staging:\n', `  staging:\n    aws: ${aws}\n`);
    const ROLE = 'arn:aws:iam::222222222222:role/delivery';

    it('is inherited, and its session counted in milliseconds', () => {
      const aws = `{ role: "${ROLE}", external-id: shop, session-duration: 30m }`;
      const { config, issues } = check(withAws(aws));
      expect(issues).to.deep.equal([]);
      expect(config?.environments['production']?.aws).to.deep.equal({
        role: ROLE,
        'external-id': 'shop',
        'session-duration': 1_800_000,
      });
    });

    for (const [aws, words] of [
      ['{ role: delivery }', 'must be the ARN of a role'],
      [`{ role: "${ROLE}", account: "111111111111" }`, 'is a role of account 222222222222'],
      [`{ role: "${ROLE}", session-duration: 5m }`, 'must be at least 15m'],
      [`{ role: "${ROLE}", session-duration: 13h }`, 'must be at most 12h'],
      ['{ external-id: shop }', 'needs a role'],
    ] as const) {
      it(`is refused as ${aws}`, () => {
        expect(problems(withAws(aws)).join('\n')).to.contain(words);
      });
    }
  });

  it('asks Slack for a token or a webhook', () => {
    expect(problems(`${GOOD}notifications: { slack: { channel: '#x' } }\n`)[0]).to.contain(
      'needs a token or a webhook',
    );
  });

  it('says what an empty file lacks', () => {
    expect(problems('').join('\n')).to.contain('application: is required');
  });

  it('lists the kinds where a target has none', () => {
    expect(problems(GOOD.replace('kind: ecs-service, ', '')).join('\n')).to.contain(
      'ecs-service | fleet | instances',
    );
  });

  describe('scopes', () => {
    const scoped = (infrastructure: string) =>
      `application: shop\nenvironments:\n  staging:\n    infrastructure:\n${infrastructure
        .split('\n')
        .map((line) => `      ${line}`)
        .join('\n')}\n`;

    it('are lists of Terraform addresses by name, inherited by what extends the environment', () => {
      const text = `${scoped('scopes: { app: [module.app, aws_ecs_service.web] }\nscope: app')}  production: { extends: staging }\n`;
      const { config, issues } = check(text);
      expect(issues).to.deep.equal([]);
      expect(config?.environments['production']?.infrastructure).to.deep.include({
        scopes: { app: { addresses: ['module.app', 'aws_ecs_service.web'] } },
        scope: 'app',
      });
    });

    it('may have a role of their own, by its ARN', () => {
      const role = 'arn:aws:iam::111111111111:role/shop-scope';
      const text = scoped(`scopes: { app: { addresses: [module.app], role: '${role}' } }`);
      expect(check(text).config?.environments['staging']?.infrastructure?.scopes).to.deep.equal({
        app: { addresses: ['module.app'], role },
      });
      expect(
        problems(scoped('scopes: { app: { addresses: [module.app], role: shop } }')).join('\n'),
      ).to.contain('must be the ARN of a role');
    });

    for (const address of [
      'module.app',
      'module.app["blue"].module.web[0]',
      'aws_ecs_service.web',
      'aws_ecs_service.web["a.b]"]',
      'module.app.data.aws_ami.base',
      'data.aws_ami.base',
    ]) {
      it(`take ${address}`, () => {
        expect(problems(scoped(`scopes:\n  app:\n    - '${address}'`))).to.deep.equal([]);
      });
    }

    for (const address of [
      'module',
      'web',
      'module.app.',
      'aws_lb.main.arn',
      'aws_lb.main[x]',
      'data.x',
      '*',
    ]) {
      it(`refuse ${address} at its own place`, () => {
        expect(problems(scoped(`scopes:\n  app:\n    - '${address}'`))).to.deep.equal([
          '7:13 environments.staging.infrastructure.scopes.app.0: must be an address of Terraform, such as module.app or aws_ecs_service.web["blue"]',
        ]);
      });
    }

    it('refuse to be empty, and one that is not there to be the default', () => {
      expect(problems(scoped('scopes:\n  app: []\n  db: [module.db]\nscope: ap'))).to.deep.equal([
        '6:14 environments.staging.infrastructure.scopes.app: must name at least one address',
      ]);
      expect(problems(scoped('scopes:\n  app: [module.app]\nscope: ap'))).to.deep.equal([
        '7:14 scope "ap" is not defined. Did you mean "app"?',
      ]);
    });
  });

  it('takes hosts from one place, and says which is one too many', () => {
    const inventory = (words: string) =>
      problems(GOOD.replace('  staging:\n', `  staging:\n    inventory: ${words}\n`)).join('\n');
    expect(inventory('{ hosts: { a: { address: b, jump: [x, { address: y }] } }, jump: z }')).to.equal('');
    expect(inventory('{ file: hosts.ini, tags: { a: b } }')).to.contain(
      'name one of output, tags, hosts and file',
    );
    expect(inventory('{ hosts: { a: { adress: b } } }')).to.contain('Did you mean "address"?');
    expect(inventory('{ host-keys: { first-use: yes } }')).to.contain('first-use');
  });
});
