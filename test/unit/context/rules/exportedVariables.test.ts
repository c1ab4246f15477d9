import { expect } from 'chai';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { exportLine } from '../../../../runner/src/base/shell.js';
import {
  commentLine,
  exportedNames,
  EXPORTS,
  sharedVariables,
  terraformArguments,
  withoutExports,
} from '../../../../runner/src/context/rules/exportedVariables.js';

describe('what Terraform and Ansible share', () => {
  it('comes in one order, the environment’s own variables last and strongest', () => {
    const variables = sharedVariables({
      application: 'shop',
      environment: 'staging',
      aws: { AWS_REGION: 'eu-west-1', AWS_PROFILE: 'team' },
      terraform: { workspace: 'staging', variables: { TF_VAR_size: 'small' } },
      ssh: { user: 'deploy' },
      variables: { COLOR: 'blue', AWS_PROFILE: 'other' },
    });
    expect(Object.entries(variables)).to.deep.equal([
      ['DEPLOYMENT', 'shop'],
      ['ENVIRONMENT', 'staging'],
      ['AWS_REGION', 'eu-west-1'],
      ['AWS_PROFILE', 'other'],
      ['TF_WORKSPACE', 'staging'],
      ['TF_VAR_size', 'small'],
      ['ANSIBLE_REMOTE_USER', 'deploy'],
      ['COLOR', 'blue'],
    ]);
  });

  it('leaves out what an environment does not have', () => {
    const variables = sharedVariables({
      application: 'a',
      environment: 'b',
      aws: {},
      ssh: {},
      variables: {},
    });
    expect(Object.keys(variables)).to.deep.equal(['DEPLOYMENT', 'ENVIRONMENT']);
  });

  it('survives a shell, whatever the values hold', () => {
    const values = fc
      .sample(fc.string({ unit: 'binary' }), { numRuns: 200, seed: 7 })
      .map((text) => text.replaceAll('\0', ''));
    const hostile = [...values, "it's", '$(touch /tmp/x)', '`id`', 'a\nb\n', '\\', '"', ' ', ''];
    const script = hostile
      .map((value, index) => `${exportLine(`V${index}`, value)}\nprintf '%s\\0' "$V${index}"`)
      .join('\n');
    const echoed = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
    expect(echoed).to.deep.equal(hostile.map((value) => Buffer.from(value).toString()));
  });

  it('gives Terraform its arguments as a shell would, after what is there', () => {
    const given = { backendConfig: ['bucket=b'], variables: ["-var-file=/a b/it's $x.tfvars"] };
    const args = terraformArguments(given, { TF_CLI_ARGS_plan: '-parallelism=2' });
    expect(args['TF_CLI_ARGS_init']).to.equal('-backend-config=bucket=b');
    expect(args['TF_CLI_ARGS_plan']).to.equal(`-parallelism=2 '-var-file=/a b/it'\\''s $x.tfvars'`);
    expect(Object.keys(args)).to.have.members(
      ['init', 'plan', 'apply', 'destroy', 'refresh', 'import', 'console'].map(
        (name) => `TF_CLI_ARGS_${name}`,
      ),
    );
    expect(terraformArguments({ backendConfig: [], variables: [] }, {})).to.deep.equal({});
  });

  it('is taken off again from a shell, but for what was there before', () => {
    const variables = { AWS_REGION: 'r', TF_WORKSPACE: 'staging', TF_VAR_a: '1', ANSIBLE_CONFIG: '/c' };
    const names = exportedNames(variables, { TF_VAR_a: '1', TF_WORKSPACE: 'other' });
    expect(names).to.deep.equal(['TF_WORKSPACE', 'ANSIBLE_CONFIG']);
    const shell = { HOME: '/h', ...variables, [EXPORTS]: names.join(',') };
    expect(withoutExports(shell)).to.deep.equal({ HOME: '/h', AWS_REGION: 'r', TF_VAR_a: '1' });
    expect(withoutExports({ TF_VAR_a: '1' })).to.deep.equal({ TF_VAR_a: '1' });
  });

  it('keeps a comment on its line', () => {
    expect(commentLine('a\nexport X=1')).to.equal('# a export X=1');
  });
});
