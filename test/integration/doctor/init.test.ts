import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { starterConfig, starterShapes } from '../../../runner/src/starter/rules/starterFile.js';
import { initialise } from '../../../runner/src/starter/init.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { rejection } from '../../support/rejection.js';
import { validateConfig } from '../../support/config.js';

describe('init', () => {
  let stack: Deployment | undefined;
  const make = async (files: Readonly<Record<string, string>>) => (stack = await deployment(files));
  const read = (name: string) => readFileSync(join((stack as Deployment).directory, name), 'utf8');
  afterEach(() => {
    stack?.remove();
    stack = undefined;
  });

  it('writes a configuration that passes `config check`, whatever is there and whatever is asked for', () => {
    for (const shape of starterShapes) {
      for (const images of [
        [],
        [{ name: 'web', context: '.' }],
        [
          { name: 'api', context: 'api' },
          { name: 'ui', context: 'ui' },
        ],
      ]) {
        for (const infrastructure of [
          undefined,
          { directory: '.', varFiles: ['staging', 'production'] },
          { directory: 'infra', varFiles: [] },
        ]) {
          const facts = { application: 'shop', schema: 's.json', region: 'eu-west-1', images, shape };
          const text = starterConfig(infrastructure === undefined ? facts : { ...facts, infrastructure });
          expect(validateConfig('automation-stack.yml', text, '/tmp').issues, text).to.deep.equal([]);
        }
      }
    }
  });

  it('sees images, the Terraform root with its variable files, and the repository’s name', async () => {
    const { context, directory } = await make({
      'api/Dockerfile': 'FROM scratch',
      'terraform/main.tf': 'output "cluster" { value = 1 }\n',
      'terraform/staging.tfvars': '',
    });
    execFileSync('git', ['init', '-q', directory]);
    execFileSync('git', ['-C', directory, 'remote', 'add', 'origin', 'git@example.com:team/Web_Shop.git']);
    await initialise(context, undefined);
    const config = await context.config();
    expect(config.application).to.equal('web-shop');
    expect(config.images)
      .to.have.property('api')
      .that.includes({ context: 'api', repository: 'web-shop/api' });
    const { staging, production } = config.environments;
    expect(staging?.infrastructure).to.include({ directory: 'terraform', workspace: 'staging' });
    expect(staging?.infrastructure?.['var-files']).to.deep.equal(['staging.tfvars']);
    expect(production?.infrastructure).to.include({ directory: 'terraform', workspace: 'production' });
    expect(production?.infrastructure?.['var-files']).to.deep.equal([]);
    expect(staging?.targets)
      .to.have.property('api')
      .that.includes({ kind: 'ecs-service', cluster: '${output:cluster}' });
  });

  it('makes a fleet of a directory with playbooks', async () => {
    const { context } = await make({ 'app/Dockerfile': 'FROM scratch', 'ansible/site.yml': '' });
    await initialise(context, undefined);
    expect((await context.config()).environments['staging']?.targets)
      .to.have.property('web')
      .that.includes({ kind: 'fleet' });
  });

  it('keeps the state out of git, once', async () => {
    const { context } = await make({ '.gitignore': 'node_modules/' });
    const done = await initialise(context, undefined);
    expect(done.written).to.deep.equal(['automation-stack.yml', 'Jenkinsfile', '.gitignore']);
    expect(read('.gitignore')).to.equal('node_modules/\n.automation-stack/\n');
  });

  it('refuses to overwrite a configuration', async () => {
    const { context } = await make({ '.gitignore': '.automation-stack\n' });
    const done = await initialise(context, undefined);
    expect(done.kept).to.deep.equal(['.gitignore']);
    writeFileSync(join((stack as Deployment).directory, 'automation-stack.yml'), 'mine');
    const error = await rejection(initialise(context, undefined), 'FILE_EXISTS');
    expect(error.exitCode).to.equal(2);
    expect(read('automation-stack.yml')).to.equal('mine');
  });
});
