import { expect } from 'chai';
import {
  terraformCommand,
  dataDirectory,
  terraformApply,
  terraformEnvironment,
  terraformInit,
  terraformOutput,
  terraformPlan,
  terraformShow,
  terraformStateList,
  terraformStatePull,
  terraformVersion,
  tfVariables,
  type TerraformRoot,
} from '../../../../runner/src/infrastructure/rules/terraformArguments.js';

const root: TerraformRoot = {
  directory: '/srv/shop/terraform',
  workspace: 'staging',
  varFiles: ['common.tfvars', 'staging.tfvars'],
  backendConfig: [],
  env: { AWS_REGION: 'eu-west-1', COLOR: 'blue' },
};

describe('terraform invocations', () => {
  it('plans with the root’s files first and the environment’s variables last', () => {
    expect(
      terraformPlan(root, { out: '/p/staging.tfplan', variablesFile: '/t/v.tfvars.json' }),
    ).to.deep.include({
      file: 'terraform',
      args: [
        '-chdir=/srv/shop/terraform',
        'plan',
        '-input=false',
        '-json',
        '-lock-timeout=30s',
        '-out=/p/staging.tfplan',
        '-var-file=common.tfvars',
        '-var-file=staging.tfvars',
        '-var-file=/t/v.tfvars.json',
      ],
    });
  });

  it('plans a destruction where that is asked for, and waits for a lock as long as told', () => {
    const { args } = terraformPlan(root, { out: 'p', destroy: true, lockTimeoutSeconds: 5 });
    expect(args).to.include('-destroy').and.to.include('-lock-timeout=5s');
  });

  it('applies a plan without variable files, and gives variables by the environment', () => {
    const { args, env } = terraformApply(root, '/p/staging.tfplan', { token: 'secret', zones: ['a'] });
    expect(args).to.deep.equal([
      '-chdir=/srv/shop/terraform',
      'apply',
      '-input=false',
      '-json',
      '-lock-timeout=30s',
      '/p/staging.tfplan',
    ]);
    expect(env).to.include({ TF_VAR_token: 'secret', TF_VAR_zones: '["a"]' });
  });

  it('names the workspace by the environment, never by selecting it', () => {
    expect(terraformEnvironment(root)).to.deep.equal({
      CHECKPOINT_DISABLE: '1',
      AWS_REGION: 'eu-west-1',
      COLOR: 'blue',
      TF_IN_AUTOMATION: '1',
      TF_INPUT: '0',
      TF_WORKSPACE: 'staging',
    });
    expect(terraformOutput(root).args).to.deep.equal([
      '-chdir=/srv/shop/terraform',
      'output',
      '-json',
      '-no-color',
    ]);
  });

  it('gives each backend configuration a data directory of its own', () => {
    const directory = (backendConfig: readonly string[]) =>
      terraformEnvironment({ ...root, backendConfig })['TF_DATA_DIR'];
    expect(directory(['bucket=a'])).to.match(/^\/srv\/shop\/terraform\/\.terraform\/backend-[0-9a-f]{12}$/);
    expect(directory(['bucket=a'])).not.to.equal(directory(['bucket=b']));
    expect(directory(['bucket=a'])).to.equal(directory(['bucket=a']));
  });

  it('initialises in the workspace that is always there, since the environment’s own may not be yet', () => {
    expect(terraformInit(root).env).to.include({ TF_WORKSPACE: 'default' });
  });

  it('passes backend settings to init one by one', () => {
    expect(terraformInit({ ...root, backendConfig: ['prod.tfbackend', 'key=shop'] }).args).to.deep.equal([
      '-chdir=/srv/shop/terraform',
      'init',
      '-input=false',
      '-no-color',
      '-backend-config=prod.tfbackend',
      '-backend-config=key=shop',
    ]);
  });

  it('writes text variables bare and all others as JSON', () => {
    expect(tfVariables({ a: 'x y', b: 2, c: true, d: { e: [1] } })).to.deep.equal({
      TF_VAR_a: 'x y',
      TF_VAR_b: '2',
      TF_VAR_c: 'true',
      TF_VAR_d: '{"e":[1]}',
    });
  });
});

describe('terraform by hand and beside a plan', () => {
  const kept: TerraformRoot = { ...root, backendConfig: ['bucket=b'] };
  const words = ({ args }: { readonly args: readonly string[] }) => args.slice(1).join(' ');

  it('keeps its data where the root says, or beside the root', () => {
    expect(dataDirectory(root)).to.equal('/srv/shop/terraform/.terraform');
    expect(dataDirectory({ ...root, env: { TF_DATA_DIR: 'data' } })).to.equal('/srv/shop/terraform/data');
    expect(dataDirectory(kept)).to.match(/^\/srv\/shop\/terraform\/\.terraform\/backend-[0-9a-f]{12}$/);
  });

  it('is typed with the workspace, and the data directory of a backend of its own', () => {
    expect(terraformCommand(root, 'state', 'rm', 'a["b"]')).to.equal(
      `TF_WORKSPACE=staging terraform -chdir=/srv/shop/terraform state rm 'a["b"]'`,
    );
    expect(terraformCommand(kept, 'plan')).to.match(
      /^TF_WORKSPACE=staging TF_DATA_DIR=\S+backend-[0-9a-f]{12} terraform /,
    );
  });

  it('reads a plan, a state and its own version', () => {
    expect(words(terraformShow(root, '/p'))).to.equal('show -json /p');
    expect(words(terraformStatePull(root))).to.equal('state pull');
    expect(words(terraformStateList(root))).to.equal('state list');
    expect(words(terraformOutput(root))).to.equal('output -json -no-color');
    expect(terraformVersion()).to.deep.equal({
      file: 'terraform',
      args: ['version', '-json'],
      env: { CHECKPOINT_DISABLE: '1' },
    });
  });

  it('plans a part, and applies within the time that it waits for a lock', () => {
    expect(words(terraformPlan(root, { out: '/p', targets: ['module.a', 'b.c'] }))).to.contain(
      '-target=module.a -target=b.c',
    );
    expect(words(terraformApply(root, '/p'))).to.equal('apply -input=false -json -lock-timeout=30s /p');
    expect(words(terraformApply(root, '/p', {}, 5))).to.contain('-lock-timeout=5s');
  });
});
