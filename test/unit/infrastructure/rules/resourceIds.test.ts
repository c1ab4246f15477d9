import { expect } from 'chai';
import {
  lostBy,
  ownedBy,
  reusedByState,
  reusedByVariables,
  type StateJson,
} from '../../../../runner/src/infrastructure/rules/resourceIds.js';

const VPC = 'vpc-0123456789abcdef0';
const ARN = 'arn:aws:ec2:eu-west-1:111111111111:vpc/vpc-0123456789abcdef0';
const UUID = '2ec83272-412c-9891-1b45-de6591dd2582';

const state = (mode: string, type: string, attributes: object, more: object = {}): StateJson => ({
  resources: [
    { mode, type, name: 'this', instances: [{ attributes: attributes as Record<string, unknown> }], ...more },
  ],
});
const variables = (values: Readonly<Record<string, unknown>>, sensitive: readonly string[] = []) => ({
  variables: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }])),
  configuration: {
    root_module: { variables: Object.fromEntries(sensitive.map((name) => [name, { sensitive: true }])) },
  },
});

describe('what a deployment owns', () => {
  it('is every managed resource by its id and ARN, at its address in modules and loops', () => {
    const resources = state(
      'managed',
      'aws_vpc',
      {},
      {
        module: 'module.network["a"]',
        instances: [{ index_key: 'main', attributes: { id: VPC, arn: ARN, tags: { Name: 'x' } } }],
      },
    );
    expect(ownedBy(resources)).to.deep.equal([
      { address: 'module.network["a"].aws_vpc.this["main"]', type: 'aws_vpc', ids: [VPC, ARN] },
    ]);
  });

  it('is nothing that a data source found, and nothing without an id', () => {
    expect(ownedBy(state('data', 'aws_vpc', { id: VPC }))).to.deep.equal([]);
    expect(ownedBy(state('managed', 'aws_vpc', { cidr: '10.0.0.0/16' }))).to.deep.equal([]);
    expect(ownedBy({})).to.deep.equal([]);
  });

  it('is lost where a plan destroys or replaces it, whatever its order, and not where it forgets or changes it', () => {
    const change = (address: string, ...actions: string[]) => ({
      address,
      type: 'aws_vpc',
      change: { actions, before: { id: `id-of-${address}` } },
    });
    const plan = {
      resource_changes: [
        change('gone', 'delete'),
        change('replaced', 'delete', 'create'),
        change('replaced-first', 'create', 'delete'),
        change('forgotten', 'forget'),
        change('changed', 'update'),
        change('same', 'no-op'),
        { ...change('data.x', 'delete'), mode: 'data' },
      ],
    };
    expect(lostBy(plan).map(({ address }) => address)).to.deep.equal(['gone', 'replaced', 'replaced-first']);
    expect(lostBy(plan)[0]?.ids).to.deep.equal(['id-of-gone']);
  });
});

describe('what a deployment reuses', () => {
  it('is what its data sources found, by id and ARN', () => {
    expect(reusedByState(state('data', 'aws_vpc', { id: VPC, arn: ARN, cidr_block: 'x' }))).to.deep.equal([
      { id: VPC, from: 'data.aws_vpc.this' },
      { id: ARN, from: 'data.aws_vpc.this' },
    ]);
    const list = state('data', 'aws_subnets', {
      id: 'eu-west-1',
      ids: ['subnet-0123abcd', 'subnet-0123abce'],
    });
    expect(reusedByState(list).map(({ id }) => id)).to.deep.equal(['subnet-0123abcd', 'subnet-0123abce']);
  });

  it('is a name with its type, where a data source has no more', () => {
    expect(reusedByState(state('data', 'aws_key_pair', { id: 'deploy' }))).to.deep.equal([
      { id: 'deploy', type: 'aws_key_pair', from: 'data.aws_key_pair.this' },
    ]);
  });

  it('is what another state puts out, ids only', () => {
    const outputs = {
      value: { network: { vpc_id: VPC, name: 'main' }, token: UUID, zone_id: 'Z0123456789ABC' },
    };
    expect(reusedByState(state('data', 'terraform_remote_state', { outputs }))).to.deep.equal([
      { id: VPC, from: 'data.terraform_remote_state.this.outputs.network.vpc_id' },
      { id: 'Z0123456789ABC', from: 'data.terraform_remote_state.this.outputs.zone_id' },
    ]);
  });

  it('is any id among the values of variables, and any name under existing', () => {
    const plan = variables({
      existing: { vpc: { id: VPC }, repositories: { web: 'shop/web' } },
      subnets: ['subnet-0123abcd', 'not an id'],
      key_id: UUID,
      cluster: 'arn:aws:ecs:eu-west-1:111111111111:cluster/shop',
      size: 3,
      name: 'shop',
    });
    expect(reusedByVariables(plan).map(({ id, from }) => `${from} ${id}`)).to.deep.equal([
      `var.existing.vpc.id ${VPC}`,
      'var.existing.repositories.web shop/web',
      'var.subnets.0 subnet-0123abcd',
      `var.key_id ${UUID}`,
      'var.cluster arn:aws:ecs:eu-west-1:111111111111:cluster/shop',
    ]);
  });

  it('is never a sensitive or ephemeral value, nor what might be a token', () => {
    expect(
      reusedByVariables(variables({ existing: { key: 'hunter2', id: VPC } }, ['existing'])),
    ).to.deep.equal([]);
    const ephemeral = {
      variables: { existing: { value: 'hunter2' } },
      configuration: { root_module: { variables: { existing: { ephemeral: true } } } },
    };
    expect(reusedByVariables(ephemeral)).to.deep.equal([]);
    expect(reusedByVariables(variables({ api_token: UUID, password: 'correct-horse' }))).to.deep.equal([]);
  });
});
