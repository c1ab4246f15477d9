import { expect } from 'chai';
import { snapshotName, snapshotPattern } from '../../../runner/src/domain/databaseSnapshot.js';

const at = new Date('2026-11-29T04:18:22.123Z');
const purpose = { application: 'shop', environment: 'staging', target: 'web', version: '1.4.0' };
const long = { ...purpose, application: 'the-shop-of-a-company', environment: 'acceptance-of-the-north' };
const matches = (name: string, pattern: string) => name.startsWith(pattern.slice(0, -1));

describe('the name of a snapshot', () => {
  it('says what it is for, and tells two of one release apart', () => {
    expect(snapshotName({ ...purpose, deployment: 42 }, at)).to.equal('shop-staging-web-1-4-0-d42');
    expect(snapshotName({ ...purpose, version: 'contract/1.3.0+b1' }, at)).to.equal(
      'shop-staging-web-contract-1-3-0-b1-20261129041822',
    );
  });

  it('is what RDS takes, however long its parts are, and what the policy allows', () => {
    for (const version of ['1.4.0', '1.4.0-rc.1+0123456789abcdef', 'v--1..2']) {
      const name = snapshotName({ ...long, version, deployment: undefined }, at);
      expect(name).to.match(/^[a-z](?!.*--)[a-z0-9-]{0,61}[a-z0-9]$/);
      expect(matches(name, snapshotPattern(long.application, long.environment))).to.equal(true);
    }
    const [one, other] = ['1.4.0-rc.1', '1.4.0-rc.2'].map((version) =>
      snapshotName({ ...long, version, deployment: 1 }, at),
    );
    expect(one).not.to.equal(other);
    expect(matches(snapshotName(purpose, at), snapshotPattern('shop', 'staging'))).to.equal(true);
  });
});
