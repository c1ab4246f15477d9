import { appendFileSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type FileEntry, readContext } from '../../../../runner/src/adapters/docker/context.js';
import { hashContext } from '../../../../runner/src/adapters/docker/hashes.js';
import { modifiedTime, readAsHashed } from '../../../../runner/src/adapters/docker/sentFile.js';
import { packContext } from '../../../../runner/src/adapters/docker/tarball.js';
import { rejection } from '../../../support/rejection.js';

const LARGE = 400_000;

describe('a file that is sent to a build', () => {
  let base: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'automation-stack-sent-'));
    writeFileSync(join(base, 'Dockerfile'), 'FROM scratch');
    writeFileSync(join(base, 'file'), 'a'.repeat(LARGE));
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  const hashed = async () =>
    (
      await hashContext(
        readContext(base, { context: '.' }),
        join(base, '.automation-stack/hashes'),
        Date.now(),
      )
    ).context;
  const entry = async () => (await hashed()).entries.find(({ path }) => path === 'file') as FileEntry;
  const read = async (from: FileEntry) => {
    const chunks: Buffer[] = [];
    for await (const chunk of readAsHashed(from)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };

  it('arrives as it was hashed', async () => {
    expect(await read(await entry())).to.equal('a'.repeat(LARGE));
  });

  it('is cut where it only grew, since what was hashed is all there', async () => {
    const known = await entry();
    appendFileSync(join(base, 'file'), 'more');
    expect(await read(known)).to.equal('a'.repeat(LARGE));
  });

  const CHANGES: Readonly<Record<string, (file: string) => void>> = {
    'was changed': (file) => writeFileSync(file, `${'a'.repeat(LARGE - 1)}b`),
    'was cut': (file) => writeFileSync(file, 'a'),
    'was emptied': (file) => writeFileSync(file, ''),
    'is gone': (file) => rmSync(file),
    'was changed and its time set back': (file) => {
      const { atime, mtime } = statSync(file);
      writeFileSync(file, 'b'.repeat(LARGE));
      utimesSync(file, atime, mtime);
    },
  };
  for (const [what, change] of Object.entries(CHANGES)) {
    it(`is refused before its last piece where it ${what}`, async () => {
      const known = await entry();
      change(join(base, 'file'));
      const failure = await rejection(read(known), 'CONTENT_CHANGED');
      expect(failure.evidence.join()).to.contain('file');
    });

    it(`breaks off the archive where it ${what}`, async () => {
      const context = await hashed();
      change(join(base, 'file'));
      const { stream, failure } = packContext(context);
      stream.resume();
      expect(await failure).to.have.property('code', 'CONTENT_CHANGED');
    });
  }

  it('has a time of its own for each content, the same to the second', async () => {
    const file = join(base, 'file');
    utimesSync(file, 1_700_000_000, 1_700_000_000);
    const before = modifiedTime(await entry());
    writeFileSync(file, 'b'.repeat(LARGE));
    utimesSync(file, 1_700_000_000, 1_700_000_000);
    const after = modifiedTime(await entry());
    expect(after).not.to.equal(before);
    expect([before, after].map((time) => time / 1_000_000_000n)).to.deep.equal([
      1_700_000_000n,
      1_700_000_000n,
    ]);
  });
});
