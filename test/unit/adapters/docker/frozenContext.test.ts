import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readContext } from '../../../../runner/src/adapters/docker/context.js';
import { freezeContext } from '../../../../runner/src/adapters/docker/frozenContext.js';
import { hashContext } from '../../../../runner/src/adapters/docker/hashes.js';
import { rejection } from '../../../support/rejection.js';

describe('a context that a client of Docker reads', () => {
  let directory: string;
  let folder: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'automation-stack-context-'));
    folder = mkdtempSync(join(tmpdir(), 'automation-stack-frozen-'));
    mkdirSync(join(directory, 'app/bin'), { recursive: true });
    writeFileSync(join(directory, 'web.Dockerfile'), 'FROM scratch\nCOPY . /\n');
    writeFileSync(join(directory, 'app/.dockerignore'), 'skipped\n');
    writeFileSync(join(directory, 'app/skipped'), 'no');
    writeFileSync(join(directory, 'app/bin/run'), '#!/bin/sh\n');
    chmodSync(join(directory, 'app/bin/run'), 0o700);
    writeFileSync(join(directory, 'app/empty'), '');
    symlinkSync('bin/run', join(directory, 'app/link'));
    utimesSync(join(directory, 'app/bin'), 1000, 1000);
  });
  afterEach(() => {
    for (const one of [directory, folder]) rmSync(one, { recursive: true });
  });
  const hashed = () => {
    const context = readContext(directory, { context: 'app', dockerfile: 'web.Dockerfile' });
    return hashContext(context, join(folder, 'cache.json'), Date.now());
  };

  it('has what is sent, with the modes that count, and the Dockerfile outside of it', async () => {
    const { context } = await hashed();
    const frozen = await freezeContext(context, folder);
    expect(readFileSync(join(frozen.context, 'bin/run'), 'utf8')).to.equal('#!/bin/sh\n');
    expect(statSync(join(frozen.context, 'bin/run')).mode & 0o777).to.equal(0o755);
    expect(statSync(join(frozen.context, 'empty')).mode & 0o777).to.equal(0o644);
    expect(statSync(join(frozen.context, 'bin')).mtimeMs).to.equal(1_000_000);
    expect(readlinkSync(join(frozen.context, 'link'))).to.equal('bin/run');
    expect(() => statSync(join(frozen.context, 'skipped'))).to.throw('ENOENT');
    expect(readFileSync(frozen.dockerfile, 'utf8')).to.equal('FROM scratch\nCOPY . /\n');
    expect(frozen.dockerfile.startsWith(frozen.context)).to.equal(false);
  });

  it('hides nothing once more by the rules of the context', async () => {
    const { dockerfile } = await freezeContext((await hashed()).context, folder);
    expect(readFileSync(`${dockerfile}.dockerignore`, 'utf8')).to.match(/^#.*\n$/);
  });

  it('is refused where a file has changed since it was hashed', async () => {
    const { context } = await hashed();
    writeFileSync(join(directory, 'app/bin/run'), '#!/bin/no\n');
    const error = await rejection(freezeContext(context, folder), 'CONTENT_CHANGED');
    expect(error.evidence).to.deep.equal(['bin/run']);
  });
});
