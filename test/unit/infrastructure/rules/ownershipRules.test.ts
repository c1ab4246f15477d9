import { expect } from 'chai';
import type { OwnershipRecord } from '../../../../runner/src/domain/ownership.js';
import {
  accountIn,
  ofOthers,
  reusesOf,
  withSince,
} from '../../../../runner/src/infrastructure/rules/ownershipRules.js';

const VPC = 'vpc-0123456789abcdef0';
const ARN = `arn:aws:ec2:eu-west-1:111111111111:vpc/${VPC}`;
const lost = [{ address: 'aws_vpc.main', type: 'aws_vpc', ids: [VPC, ARN] }];
const self = { application: 'base', environment: 'production', account: '111111111111' };

const record = (parts: Partial<OwnershipRecord> = {}): OwnershipRecord => ({
  application: 'shop',
  environment: 'production',
  owns: [],
  reuses: [{ id: VPC, from: 'data.aws_vpc.this', since: '2026-01-01T00:00:00.000Z' }],
  recordedAt: '2026-02-01T00:00:00.000Z',
  who: 'ann',
  ...parts,
});
const reuse = (id: string, type?: string) =>
  record({ reuses: [{ id, from: 'var.existing.x', since: '', ...(type === undefined ? {} : { type }) }] });

describe('ownership', () => {
  it('tells who reuses what would go: deployment, address, since when, who', () => {
    expect(reusesOf(self, lost, [record()])).to.deep.equal([
      {
        application: 'shop',
        environment: 'production',
        address: 'aws_vpc.main',
        id: VPC,
        from: 'data.aws_vpc.this',
        since: '2026-01-01T00:00:00.000Z',
        who: 'ann',
      },
    ]);
  });

  it('finds it by its id or its ARN, and tells one place once', () => {
    const both = [VPC, ARN].map((id) => ({ id, from: 'data.aws_vpc.this', since: '' }));
    expect(reusesOf(self, lost, [record({ reuses: both })])).to.have.length(1);
    expect(reusesOf(self, lost, [reuse(ARN)])).to.have.length(1);
  });

  it('counts another environment of the same application, and not the deployment itself', () => {
    expect(reusesOf(self, lost, [record({ application: 'base', environment: 'staging' })])).to.have.length(1);
    expect(reusesOf(self, lost, [record({ application: 'base' })])).to.deep.equal([]);
  });

  it('is not bothered by what goes on being there', () => {
    expect(reusesOf(self, [], [record()])).to.deep.equal([]);
    expect(reusesOf(self, lost, [reuse('vpc-0fffffffffffffff0')])).to.deep.equal([]);
  });

  it('takes a mere name for the same only within its type and account', () => {
    const bucket = [{ address: 'aws_s3_bucket.b', type: 'aws_s3_bucket', ids: ['artifacts'] }];
    expect(reusesOf(self, bucket, [reuse('artifacts')])).to.have.length(1);
    expect(reusesOf(self, bucket, [reuse('artifacts', 'aws_s3_bucket')])).to.have.length(1);
    expect(reusesOf(self, bucket, [reuse('artifacts', 'aws_key_pair')])).to.deep.equal([]);
    expect(reusesOf(self, bucket, [{ ...reuse('artifacts'), account: '222222222222' }])).to.deep.equal([]);
  });

  it('finds two deployments that manage the same thing by its id, and none by a name', () => {
    const owner = (ids: readonly string[]) =>
      record({ reuses: [], owns: [{ address: 'aws_vpc.other', type: 'aws_vpc', ids }] });
    expect(reusesOf(self, lost, [owner([VPC])])[0]).to.include({ from: 'aws_vpc.other' });
    const group = [{ address: 'aws_autoscaling_group.web', type: 'aws_vpc', ids: ['web'] }];
    expect(reusesOf(self, group, [owner(['web'])])).to.deep.equal([]);
  });

  it('leaves out what a data source finds of the deployment itself', () => {
    const found = [
      { id: VPC, from: 'data.aws_vpc.own' },
      { id: 'web', type: 'aws_lb', from: 'data.aws_lb.web' },
      { id: 'subnet-0123abcd', from: 'data.aws_subnet.other' },
    ];
    const owns = [...lost, { address: 'aws_iam_role.web', type: 'aws_iam_role', ids: ['web'] }];
    expect(ofOthers(found, owns).map(({ from }) => from)).to.deep.equal([
      'data.aws_lb.web',
      'data.aws_subnet.other',
    ]);
  });

  it('remembers since when something is reused, and names each place once', () => {
    const before = [{ id: VPC, from: 'data.a', since: 'then' }];
    const now = [VPC, VPC, 'subnet-0123abcd'].map((id) => ({ id, from: 'data.a' }));
    expect(withSince(now, before, 'now').map(({ id, since }) => [id, since])).to.deep.equal([
      [VPC, 'then'],
      ['subnet-0123abcd', 'now'],
    ]);
  });

  it('knows the account by the first ARN that names one', () => {
    expect(accountIn([{ address: 'a', type: 't', ids: ['x', 'arn:aws:s3:::b', ARN] }])).to.equal(
      '111111111111',
    );
    expect(accountIn([])).to.equal(undefined);
  });
});
