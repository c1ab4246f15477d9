import { expect } from 'chai';
import { jenkinsPlan } from '../../../../runner/src/pipeline/rules/jenkinsBindings.js';
import { pipelineInput } from '../../../../runner/src/pipeline/rules/pipelineInput.js';
import { type Config } from '../../../../runner/src/config/schema.js';
import { pipelineOf } from '../../../../runner/src/pipeline/rules/stageGraph.js';
import { deployment } from '../../../support/deployment.js';
import { rejection } from '../../../support/rejection.js';
import { configSchema } from '../../../support/config.js';

const SLACK = { channel: '#deploys', token: '${env:SLACK_BOT_TOKEN}' };

function planOf(given: Readonly<Record<string, unknown>>, branch = 'main') {
  const document = {
    application: 'shop',
    images: { web: { repository: 'shop/web', 'build-args': { BASE: '${env:BASE_TOKEN:-alpine}' } } },
    environments: {
      staging: {
        inventory: { 'private-key': '${env:FLEET_KEY}' },
        targets: { web: { kind: 'fleet', group: 'web', image: 'web' } },
      },
      production: { promotion: { from: 'staging', approval: 'required' }, targets: {} },
    },
    branches: { develop: 'staging', main: 'production' },
    ...given,
  };
  const config = {
    ...configSchema.parse(document),
    directory: '/shop',
    file: 'automation-stack.yml',
  } as Config;
  return jenkinsPlan(config, pipelineOf(pipelineInput(config), branch));
}

describe('a variable that is not set', () => {
  const BOUND = `application: shop
environments: { staging: { variables: { A: '\${env:NPM_TOKEN}', B: '\${env:FLEET_KEY}', C: '\${env:COLOUR}' } } }
jenkins: { credentials: { FLEET_KEY: { id: fleet, kind: ssh-key } } }
`;
  const advice: Readonly<Record<string, string>> = {
    NPM_TOKEN: 'from the credential npm-token, or from another that jenkins.credentials.NPM_TOKEN names.',
    FLEET_KEY: 'from the credential fleet (jenkins.credentials.FLEET_KEY).',
    COLOUR: 'if jenkins.credentials.COLOUR names a credential.',
  };
  for (const [variable, words] of Object.entries(advice)) {
    it(`is named with the credential that Jenkins binds it from: ${variable}`, async () => {
      const place = await deployment({ 'automation-stack.yml': BOUND }, { [variable]: undefined });
      try {
        const resolving = place.context.resolve(
          `\${env:${variable}}`,
          await place.context.environment('staging'),
        );
        const { message, next } = await rejection(resolving, 'CONFIG_REFERENCE');
        expect(message).to.equal(`the environment variable ${variable} is not set`);
        expect(next).to.equal(`Set it: export ${variable}=… Jenkins binds it ${words}`);
      } finally {
        place.remove();
      }
    });
  }
});

describe('what Jenkins is told', () => {
  it('binds each secret variable from the credential of its name', () => {
    const { credentials } = planOf({ notifications: { slack: SLACK } });
    expect(credentials.none).to.deep.equal([
      { id: 'slack-bot-token', kind: 'text', variable: 'SLACK_BOT_TOKEN' },
    ]);
  });

  it('binds what tells GitHub and GitLab in every stage, and where a build is concluded', () => {
    const { credentials } = planOf({
      notifications: { github: { token: '${env:GITHUB_TOKEN}' }, gitlab: { token: '${env:GITLAB_TOKEN}' } },
      jenkins: { credentials: { GITLAB_TOKEN: { id: 'bot', kind: 'password' } } },
    });
    const bound = [
      { id: 'github-token', kind: 'text', variable: 'GITHUB_TOKEN' },
      { id: 'bot', kind: 'password', variable: 'GITLAB_TOKEN' },
    ];
    expect(credentials.none).to.deep.equal(bound);
    expect(Object.keys(credentials.stages)).to.include.members(['build:web', 'push']);
    for (const stage of Object.values(credentials.stages)) expect(stage).to.deep.include.members(bound);
  });

  it('binds what the configuration names instead, as the kind it says', () => {
    const { credentials } = planOf({
      jenkins: { credentials: { FLEET_KEY: { id: 'fleet', kind: 'ssh-key' } } },
    });
    expect(credentials.environments['staging']).to.deep.equal([
      { id: 'fleet', kind: 'ssh-key', variable: 'FLEET_KEY' },
    ]);
  });

  it('gives an environment only its own credentials', () => {
    expect(planOf({}).credentials.environments['production']).to.deep.equal([]);
  });

  it('binds no variable that has a fallback, unless it is told to', () => {
    expect(planOf({}).credentials.none).to.deep.equal([]);
    expect(planOf({ jenkins: { credentials: { BASE_TOKEN: 'base' } } }).credentials.none).to.deep.equal([
      { id: 'base', kind: 'text', variable: 'BASE_TOKEN' },
    ]);
  });

  it('binds nothing for a variable that the agents have already', () => {
    const { credentials } = planOf({
      notifications: { slack: SLACK },
      jenkins: { credentials: { SLACK_BOT_TOKEN: 'none' } },
    });
    expect(credentials.none).to.deep.equal([]);
  });

  it('gives AWS credentials to the stages of their environment alone, and none where there are roles', () => {
    const { credentials } = planOf({ jenkins: { 'aws-credentials': { staging: 'aws-staging' } } });
    expect(credentials.environments['staging']).to.deep.include({ id: 'aws-staging', kind: 'aws' });
    expect(credentials.environments['production']).to.deep.equal([]);
    expect(credentials.stages['build:web']).to.deep.equal([]);
    expect(credentials.stages['deploy:staging']).to.deep.include({ id: 'aws-staging', kind: 'aws' });
  });

  it('names who may approve and how long that is waited for', () => {
    const { approval } = planOf({ jenkins: { approval: { submitters: ['ops', 'alice'], timeout: '90s' } } });
    expect(approval).to.deep.equal({ submitters: 'ops,alice', timeoutMinutes: 2 });
  });

  it('names the pod template where stages run in Kubernetes', () => {
    expect(
      planOf({ jenkins: { agent: { 'pod-template': 'pod.yaml', container: 'tools' } } }).agent,
    ).to.deep.equal({
      podTemplate: 'pod.yaml',
      container: 'tools',
    });
  });

  it('locks each stage that changes an environment by application and environment', () => {
    expect(planOf({}).locks).to.deep.equal({ 'deploy:staging': 'shop/staging' });
  });
});
