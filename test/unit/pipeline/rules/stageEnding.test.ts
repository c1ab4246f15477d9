import { expect } from 'chai';
import type { Config } from '../../../../runner/src/config/schema.js';
import { failureOfStage, type StageEnding } from '../../../../runner/src/pipeline/rules/stageEnding.js';
import { validateConfig } from '../../../support/config.js';

const CONFIG = `application: shop
images: { web: { repository: shop/web } }
environments:
  staging:
    aws: { region: eu-west-1 }
    url: '\${env:SHOP_URL}'
jenkins:
  aws-credentials: aws.shop
  credentials: { SHOP_URL: { id: shop-url, kind: text } }
`;
const config = validateConfig('automation-stack.yml', CONFIG, '/tmp').config as Config;
const stage = { id: 'approve:staging' };
const ended = (
  ending: StageEnding['ending'],
  how: Partial<StageEnding> = {},
  of: typeof stage & { environment?: string } = stage,
) =>
  failureOfStage(config, of, {
    ending,
    by: undefined,
    reason: undefined,
    key: undefined,
    after: undefined,
    ...how,
  });

describe('the end of a stage that Jenkins tells', () => {
  it('may be that an approval was refused, of the environment that it is about', () => {
    expect(ended('refused', { by: 'ada' }, { ...stage, environment: 'staging' })).to.include({
      code: 'APPROVAL_REFUSED',
      message: 'refused by ada',
      where: 'staging',
    });
    expect(ended('refused')).to.include({ message: 'refused by somebody', where: 'approve:staging' });
  });

  it('may be that nobody approved it in time', () => {
    const { code, message, where, next } = ended('expired', { after: '2h' });
    expect([code, where]).to.deep.equal(['APPROVAL_EXPIRED', 'approve:staging']);
    expect(message).to.contain('within 2h');
    expect(next).to.contain('jenkins.approval.timeout');
    expect(ended('expired').message).to.contain('within the time given');
  });

  it('may be that the time of a setting passed', () => {
    const { code, message, where, next } = ended('expired', { key: 'jenkins.timeout', after: '1h' });
    expect([code, message, where]).to.deep.equal([
      'TIMED_OUT',
      'jenkins.timeout (1h) passed in approve:staging',
      'approve:staging',
    ]);
    expect(next).to.contain('raise jenkins.timeout');
    expect(ended('expired', { key: 'jenkins.timeout' }).message).to.equal(
      'jenkins.timeout passed in approve:staging',
    );
  });

  it('may be that a newer build overtook it', () => {
    expect(ended('superseded', { by: '8' })).to.include({
      code: 'SUPERSEDED',
      message: 'superseded by build 8',
      where: 'approve:staging',
    });
    expect(ended('superseded')).to.include({ message: 'superseded by a newer build' });
    expect(ended('superseded').next).to.be.a('string');
  });

  it('may be that its agent was lost', () => {
    expect(ended('lost')).to.include({ code: 'AGENT_LOST', where: 'approve:staging' });
    expect(ended('lost').next).to.contain('node runner status');
  });

  it('may be that the build was aborted', () => {
    expect(ended('interrupted', { reason: 'Aborted by ada' })).to.include({
      code: 'INTERRUPTED',
      message: 'Aborted by ada',
      where: 'approve:staging',
    });
    expect(ended('interrupted')).to.include({ message: 'the build was aborted' });
    expect(ended('interrupted').next).to.be.a('string');
  });
});

describe('a step of Jenkins that failed', () => {
  it('is told in its own words', () => {
    const failed = ended('failed', { reason: 'No such DSL method' });
    expect(failed).to.include({
      code: 'JENKINS_FAILED',
      message: 'No such DSL method',
      where: 'approve:staging',
    });
    expect(failed.next).to.contain('run the build again');
  });

  it('is the credential of a variable that is missing', () => {
    const reason = "Could not find credentials entry with ID 'shop-url'";
    const failed = ended('failed', { reason });
    expect(failed).to.include({
      code: 'JENKINS_FAILED',
      message: 'the credential shop-url for SHOP_URL cannot be bound',
      where: 'jenkins.credentials.SHOP_URL',
    });
    expect(failed.evidence).to.deep.equal([reason]);
    expect(failed.next)
      .to.contain('secret text with the id shop-url')
      .and.to.contain('jenkins.credentials.SHOP_URL');
  });

  it('is the credential for AWS that is missing', () => {
    const failed = ended('failed', { reason: 'Credentials aws.shop not found' });
    expect(failed).to.include({
      message: 'the credential aws.shop for AWS cannot be bound',
      where: 'jenkins.aws-credentials',
    });
    expect(failed.next).to.contain('AWS credentials with the id aws.shop');
  });

  const others = [
    'Credentials my-shop-url not found',
    'Credentials shop-url-2 not found',
    'Credentials aws-shop not found',
    'shop-url: connection refused',
  ];
  for (const reason of others)
    it(`is no credential of the configuration in “${reason}”`, () =>
      expect(ended('failed', { reason }).message).to.equal(reason));
});
