import { expect } from 'chai';
import { applyStep } from '../../../runner/src/infrastructure/apply.js';
import { readOutputs } from '../../../runner/src/infrastructure/outputs.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { rejection } from '../../support/rejection.js';
import { emulator, makeBucket } from '../../support/stateStores.js';
import { stageOf } from '../../support/stage.js';

const CONFIG = (bucket: string) => `
application: shop
environments:
  staging:
    aws: { region: eu-west-1 }
    infrastructure:
      workspace: staging
      backend-config:
        - bucket=${bucket}
        - key=shop
        - region=eu-west-1
        - use_lockfile=true
        - use_path_style=true
        - skip_credentials_validation=true
        - skip_requesting_account_id=true
        - skip_metadata_api_check=true
  production:
    extends: staging
    infrastructure: { workspace: production }
`;
const ROOT = `
terraform {
  backend "s3" {}
}
resource "terraform_data" "a" { input = terraform.workspace }
output "workspace" { value = terraform_data.a.output }
`;

describe('Terraform with its state in S3', function () {
  this.timeout(60_000);
  let stack: Deployment;
  const apply = async (name: string) =>
    applyStep(stack.context, await stack.context.environment(name), stageOf(`apply:${name}`, stack.context));
  const outputs = async (name: string) => readOutputs(stack.context, await stack.context.environment(name));

  before(async () => {
    const config = CONFIG(await makeBucket());
    stack = await deployment({ 'automation-stack.yml': config, 'terraform/main.tf': ROOT }, emulator);
  });
  after(() => stack.remove());

  it('initialises by itself, and tells an environment that was never applied', async () => {
    const error = await rejection(outputs('staging'), 'OUTPUT_MISSING');
    expect(error.next).to.equal('node runner apply --env staging');
  });

  it('makes each environment’s workspace and keeps them apart', async () => {
    await apply('staging');
    await apply('production');
    expect(await outputs('staging')).to.deep.equal({ workspace: 'staging' });
    expect(await outputs('production')).to.deep.equal({ workspace: 'production' });
  });

  it('goes to the new place as soon as the backend configuration changes', async () => {
    const other = CONFIG(await makeBucket());
    stack.write({ 'automation-stack.yml': other });
    stack = await stack.again();
    await rejection(outputs('staging'), 'OUTPUT_MISSING');
  });

  it('says which bucket is missing', async () => {
    stack.write({ 'automation-stack.yml': CONFIG('no-such-bucket-here') });
    stack = await stack.again();
    const error = await rejection(outputs('staging'), 'TERRAFORM_FAILED');
    expect(error.message).to.contain('terraform init failed: ').and.to.contain('"no-such-bucket-here"');
  });
});
