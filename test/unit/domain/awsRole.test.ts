import { expect } from 'chai';
import fc from 'fast-check';
import {
  accountOfRole,
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
