import { expect } from 'chai';
import { toErrorRecord } from '../../../runner/src/base/errors.js';
import { systemFailure } from '../../../runner/src/base/systemFailure.js';

const refusal = (properties: object) => Object.assign(new Error('x'), properties);

describe('what the operating system refuses', () => {
  const cases = [
    [{ code: 'EACCES', syscall: 'open', path: '/a' }, 'cannot open /a: permission denied', /ls -ld/],
    [
      { code: 'ENOENT', syscall: 'mkdtemp', path: '/t/x' },
      'cannot make a folder such as /t/x: there is no such file or directory',
      /TMPDIR/,
    ],
    [{ code: 'ENOSPC', syscall: 'write' }, 'cannot write: no space is left on the disk', /df -h/],
    [
      { code: 'ENOENT', syscall: 'uv_cwd' },
      'cannot find the working directory: there is no such file or directory',
      /an existing directory/,
    ],
    [{ code: 'EUNHEARD', syscall: 'open', path: '/a' }, 'cannot open /a: EUNHEARD', /Fix that/],
    [
      { code: 'E2BIG', syscall: 'spawn git', path: 'git' },
      'cannot start git: the arguments and the environment are too long together',
      /Fix that/,
    ],
    [
      { code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port: 9 },
      'cannot reach 127.0.0.1:9: connection refused',
      /network/,
    ],
  ] as const;
  for (const [properties, message, next] of cases) {
    it(`is told in words: ${message}`, () => {
      const record = toErrorRecord(refusal(properties));
      expect(record).to.include({ code: 'FILE_FAILED', category: 'infrastructure', message, exitCode: 1 });
      expect(record.next).to.match(next);
      expect(record.stack).to.equal(undefined);
    });
  }

  it('is shown short where its name is what is wrong with it', () => {
    const told = systemFailure(refusal({ code: 'ENAMETOOLONG', syscall: 'open', path: 'x'.repeat(5000) }));
    expect(told?.message.length).to.be.below(400);
  });

  it('is not what a programmer got wrong', () => {
    for (const error of [
      new TypeError('x'),
      refusal({ code: 'ERR_INVALID_ARG_TYPE' }),
      refusal({ code: 'EXTRA' }),
      'x',
    ]) {
      expect(systemFailure(error)).to.equal(undefined);
      expect(toErrorRecord(error).code).to.equal('BUG');
    }
  });
});
