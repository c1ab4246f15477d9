import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { outputValue, readOutputs } from '../../../runner/src/infrastructure/outputs.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { rejection } from '../../support/rejection.js';

const CONFIG = `
application: shop
environments:
  staging:
    infrastructure: { directory: terraform, workspace: staging }
    variables: { COLOR: blue, CLUSTER: "\${output:cluster}" }
  production:
    extends: staging
    infrastructure: { workspace: production }
`;
const ROOT = `
output "cluster" { value = "shop-\${terraform.workspace}" }
output "ports" { value = [80, 443] }
output "hosts" { value = { web-1 = { address = "10.0.0.1", port = 22 } } }
output "password" {
  value     = "correct-horse"
  sensitive = true
}
`;

describe('reading outputs from a real root', function () {
  this.timeout(60_000);
  let stack: Deployment;
  const apply = (workspace: string) =>
    execFileSync(
      'terraform',
      [`-chdir=${stack.directory}/terraform`, 'apply', '-auto-approve', '-no-color'],
      {
        env: { ...process.env, TF_WORKSPACE: workspace },
        stdio: 'pipe',
      },
    );

  beforeEach(async () => {
    stack = await deployment({ 'automation-stack.yml': CONFIG, 'terraform/main.tf': ROOT });
  });
  afterEach(() => stack.remove());

  it('gives every output of the environment’s own workspace', async () => {
    apply('staging');
    const staging = await stack.context.environment('staging');
    expect(await readOutputs(stack.context, staging)).to.deep.equal({
      cluster: 'shop-staging',
      ports: [80, 443],
      hosts: { 'web-1': { address: '10.0.0.1', port: 22 } },
      password: 'correct-horse',
    });
  });

  it('registers sensitive outputs as secrets', async () => {
    apply('staging');
    await readOutputs(stack.context, await stack.context.environment('staging'));
    expect(stack.context.secrets.text('it is correct-horse')).to.equal('it is ***');
  });

  it('says what to type where the environment was never applied', async () => {
    apply('staging');
    const production = await stack.context.environment('production');
    const error = await rejection(readOutputs(stack.context, production), 'OUTPUT_MISSING');
    expect(error.next).to.equal('node runner apply --env production');
    expect(error.message).to.contain('never applied');
  });

  it('follows a path into an output, and writes maps and lists as JSON where other text is around them', async () => {
    apply('staging');
    const staging = await stack.context.environment('staging');
    const read = (text: string) => stack.context.resolve(text, staging);
    expect(await read('${output:cluster}')).to.equal('shop-staging');
    expect(await read('${output:ports.1}')).to.equal('443');
    expect(await read('http://${output:hosts.web-1.address}/')).to.equal('http://10.0.0.1/');
    expect(await read('ports ${output:ports}')).to.equal('ports [80,443]');
  });

  it('gives a whole map or list to what is one reference and no more', async () => {
    apply('staging');
    const staging = await stack.context.environment('staging');
    expect(await stack.context.resolve({ network: '${output:hosts}' }, staging, 'free')).to.deep.equal({
      network: { 'web-1': { address: '10.0.0.1', port: 22 } },
    });
  });

  it('reads what another environment made, so that it can be reused in one line', async () => {
    apply('staging');
    const production = await stack.context.environment('production');
    expect(await stack.context.resolve('${output:staging/cluster}', production)).to.equal('shop-staging');
    const error = await rejection(
      stack.context.resolve('${output:stagin/cluster}', production),
      'ENVIRONMENT_UNKNOWN',
    );
    expect(error.message).to.contain('stagin');
  });

  it('names the nearest output where one is misspelt', async () => {
    apply('staging');
    const staging = await stack.context.environment('staging');
    const error = await rejection(outputValue(stack.context, staging, 'clutser'), 'OUTPUT_MISSING');
    expect(error.message).to.contain('Did you mean "cluster"?');
  });

  it('resolves references to outputs in the environment’s own variables', async () => {
    apply('staging');
    const staging = await stack.context.environment('staging');
    const variables = await stack.context.resolve(staging.config.variables, staging);
    expect(variables).to.deep.equal({ COLOR: 'blue', CLUSTER: 'shop-staging' });
  });

  it('initialises a root that has not been, once it asks for it', async () => {
    stack.write({
      'terraform/main.tf': `${ROOT}\nmodule "network" { source = "./network" }\nresource "terraform_data" "x" {}`,
      'terraform/network/main.tf': 'output "id" { value = "vpc-1" }',
      'terraform/backend.tf': 'terraform {\n  backend "local" {}\n}',
    });
    const staging = await stack.context.environment('staging');
    const error = await rejection(readOutputs(stack.context, staging), 'OUTPUT_MISSING');
    expect(error.message).to.contain('never applied');
  });
});
