import { expect } from 'chai';
import { systemClock } from '../../../runner/src/adapters/process/clock.js';
import { writeFailure } from '../../../runner/src/adapters/process/localFailures.js';
import { ownIdentity, processState } from '../../../runner/src/adapters/process/processIdentity.js';
import { openState } from '../../../runner/src/state/state.js';
import { StackError } from '../../../runner/src/base/errors.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { openAt } from '../../support/stateStores.js';
import { rejection } from '../../support/rejection.js';

describe('where state lives', () => {
  it('is a directory beside the configuration, an absolute one, or a bucket', async () => {
    const location = async (text: string) => (await openAt(text, '/srv/project')).location;
    expect(await location('.automation-stack')).to.equal('/srv/project/.automation-stack/shop');
    expect(await location('/var/lib/delivery')).to.equal('/var/lib/delivery/shop');
    expect(await location('s3://bucket')).to.equal('s3://bucket/shop');
    expect(await location('s3://bucket/team/delivery/')).to.equal('s3://bucket/team/delivery/shop');
  });

  it('is nothing else', async () => {
    const error = await rejection(openAt('gs://bucket'), 'CONFIG_INVALID');
    expect(error.where).to.equal('gs://bucket');
  });

  it('refuses locks that would expire while they are renewed', () => {
    const open = () =>
      openState(new MemoryStore(), { state: { location: 'memory', 'lock-expiry': 0 } }, systemClock);
    expect(open).to.throw(StackError, 'shorter than a second');
  });
});

describe('a refused write', () => {
  const refuse = (code: string) =>
    writeFailure(
      Object.assign(new Error(`${code}: words of the system`), { code }),
      '/state/a.json',
    ) as StackError;

  it('is told in words, with what to do', () => {
    for (const code of ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'ENOTDIR', 'ENOENT', 'EIO']) {
      const error = refuse(code);
      expect(error.code, code).to.equal('STATE_WRITE_FAILED');
      expect(error.message, code).to.match(
        /^cannot write the state: [a-z ,-]+; what was there before is unchanged$/,
      );
      expect(error.where, code).to.equal('/state/a.json');
      expect(error.next, code).to.match(/\.$/);
    }
  });

  it('keeps the words of the system where there are no better ones', () => {
    expect(refuse('EMFILE').message).to.contain('EMFILE: words of the system');
  });

  it('stays what it is where it is a bug', () => {
    const bug = new TypeError('x is undefined');
    expect(writeFailure(bug, '/state/a.json')).to.equal(bug);
  });
});

describe('the life of a process', () => {
  it('is certain for this one, and for one that is no more', () => {
    expect(processState(ownIdentity())).to.equal('alive');
    expect(processState({ ...ownIdentity(), pid: 2 ** 22 + 1 })).to.equal('dead');
    expect(processState({ ...ownIdentity(), startTime: '1' })).to.equal('dead');
  });

  it('is unknown for one of another machine, boot or container', () => {
    const dead = { ...ownIdentity(), pid: 2 ** 22 + 1 };
    expect(processState({ ...dead, hostname: 'elsewhere' })).to.equal('unknown');
    expect(processState({ ...dead, bootId: 'earlier' })).to.equal('unknown');
    expect(processState({ ...dead, pidNamespace: 'pid:[1]' })).to.equal('unknown');
  });
});

describe('the state', () => {
  it('has locks that last a second at least', () => {
    const open = (expiry: number) => () =>
      openState(new MemoryStore(), { state: { location: 'memory', 'lock-expiry': expiry } }, systemClock);
    expect(open(1000)).not.to.throw();
    expect(open(999)).to.throw('shorter than a second').with.property('where', 'state.lock-expiry');
  });

  it('is a directory also where its name only holds the mark of a bucket', async () => {
    expect((await openAt('/srv/s3://x')).location).to.equal('/srv/s3:/x/shop');
    expect((await openAt('./gs://x', '/srv')).location).to.equal('/srv/gs:/x/shop');
    await rejection(openAt('ftp://host/x'), 'CONFIG_INVALID');
  });
});
