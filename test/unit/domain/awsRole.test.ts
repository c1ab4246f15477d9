import { expect } from 'chai';
import fc from 'fast-check';
import {
  accountOfRole,
  partitionOfArn,
  partitionOfRegion,
  principalOf,
  sessionName,
  trustStatement,
} from '../../../runner/src/domain/awsRole.js';

describe('the name of a session', () => {
  it('says which environment, which run and who', () => {
    const name = sessionName({
      application: 'shop',
      environment: 'production',
      run: 'shop-main-42',
      who: 'ada@laptop',
    });
    expect(name).to.equal('shop-production-shop-main-42-ada@laptop');
  });

  it('leaves out a run that has no name', () => {
    expect(sessionName({ application: 'shop', environment: 'staging', run: undefined, who: 'ada' })).to.equal(
      'shop-staging-ada',
    );
  });

  it('keeps the number of a long run, and who', () => {
    const name = sessionName({
      application: 'a-rather-long-application',
      environment: 'production-eu-west',
      run: 'jenkins-organisation-folder-branch-name-4711',
      who: 'ada.lovelace@build-agent-12.example.org',
    });
    expect(name).to.have.lengthOf.at.most(64);
    expect(name).to.match(/^a-rather-long/);
    expect(name).to.contain('4711-ada.lovelace');
  });

  it('is one that STS takes, whatever it is made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ maxLength: 200 }), (who, run) => {
        const name = sessionName({ application: 'shop', environment: 'production', run, who });
        expect(name).to.match(/^[A-Za-z0-9_+=,.@-]{2,64}$/);
      }),
    );
  });
});

describe('what an ARN says', () => {
  it('is the account of a role, in every partition', () => {
    expect(accountOfRole('arn:aws:iam::222222222222:role/path/delivery')).to.equal('222222222222');
    expect(accountOfRole('arn:aws-cn:iam::222222222222:role/delivery')).to.equal('222222222222');
    expect(accountOfRole('${env:ROLE}')).to.equal(undefined);
  });

  it('is who a trust policy names: the role behind a session', () => {
    expect(principalOf('arn:aws-us-gov:sts::111111111111:assumed-role/jenkins/i-0abc')).to.equal(
      'arn:aws-us-gov:iam::111111111111:role/jenkins',
    );
    expect(principalOf('arn:aws:iam::111111111111:user/ada')).to.equal('arn:aws:iam::111111111111:user/ada');
    expect(JSON.parse(trustStatement('arn:aws:iam::111111111111:user/ada', 'shop'))).to.deep.equal({
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111111111111:user/ada' },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': 'shop' } },
    });
  });

  it('is matched by the partition of a region', () => {
    const regions = [
      'eu-west-1',
      'us-east-1',
      'cn-north-1',
      'us-gov-west-1',
      'us-iso-east-1',
      'us-isob-east-1',
    ];
    expect(regions.map(partitionOfRegion)).to.deep.equal([
      'aws',
      'aws',
      'aws-cn',
      'aws-us-gov',
      'aws-iso',
      'aws-iso-b',
    ]);
  });
});

describe('the edges of a role', () => {
  const name = (application: string, environment: string, run: string | undefined, who: string) =>
    sessionName({ application, environment, run, who });

  it('are no dashes around a part of its session', () => {
    expect(name('shop', 'test', '//run//1//', '((ada))')).to.equal('shop-test-run-1-ada');
  });

  it('are 64 characters of its session, up to which nothing is cut', () => {
    const whole = name('shop', 'test', 'r'.repeat(49), 'ada');
    expect(whole)
      .to.equal(`shop-test-${'r'.repeat(49)}-ada`)
      .and.have.length(63);
    expect(name('shop', 'test', 'r'.repeat(50), 'ada'))
      .to.have.length(64)
      .and.match(/r{50}-ada$/);
    expect(name('shop', 'test', `s${'r'.repeat(50)}`, 'ada')).to.have.length.at.most(64);
    expect(name('a'.repeat(200), 'test', 'b'.repeat(200), 'c'.repeat(3))).to.have.lengthOf.at.most(64);
  });

  it('are an ARN from its beginning', () => {
    expect(accountOfRole('x arn:aws:iam::222222222222:role/d')).to.equal(undefined);
    const caller = 'x arn:aws:sts::111111111111:assumed-role/jenkins/i-0abc';
    expect(principalOf(caller)).to.equal(caller);
    expect(partitionOfArn('arn:aws-cn:iam::1:role/x')).to.equal('aws-cn');
    expect(partitionOfArn('x')).to.equal('aws');
  });

  it('are a region from its beginning, and its partition where there is none of its own', () => {
    expect(
      ['eusc-de-east-1', 'us-isof-south-1', 'eu-isoe-west-1', 'xx-cn-north-1', 'cn-x'].map(partitionOfRegion),
    ).to.deep.equal(['aws-eusc', 'aws-iso-f', 'aws-iso-e', 'aws', 'aws']);
  });

  it('are no condition in a trust policy where there is no external id', () => {
    expect(JSON.parse(trustStatement('arn:aws:iam::1:user/ada', undefined))).to.not.have.property(
      'Condition',
    );
  });
});
