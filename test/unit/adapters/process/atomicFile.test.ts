import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { writeDraft, writeAtomically } from '../../../../runner/src/adapters/process/atomicFile.js';

const codeOf = (work: Promise<void>) =>
  work.then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code,
  );

describe('a file that is written whole', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'whole-file-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('replaces the old content, and leaves nothing beside it', async () => {
    const file = join(folder, 'made', 'result.json');
    await writeAtomically(file, 'old');
    await writeAtomically(file, 'new', { flush: true });
    expect(await readFile(file, 'utf8')).to.equal('new');
    expect(await readdir(join(folder, 'made'))).to.deep.equal(['result.json']);
  });

  it('has the permissions that are asked for, whatever the old file had', async () => {
    const file = join(folder, 'key');
    await writeFile(file, 'old');
    await chmod(file, 0o644);
    await writeAtomically(file, 'new', { mode: 0o600 });
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
  });

  it('keeps the old content where the new one cannot take its place, and leaves no draft', async () => {
    const file = join(folder, 'taken');
    await mkdir(join(file, 'by a folder'), { recursive: true });
    expect(await codeOf(writeAtomically(file, 'new'))).to.equal('EISDIR');
    expect(await readdir(folder)).to.deep.equal(['taken']);
  });

  it('is drafted in another folder where one is named', async () => {
    const [file, drafts] = [join(folder, 'CHANGELOG.md'), join(folder, 'drafts')];
    await writeAtomically(file, 'text', { drafts });
    expect(await readFile(file, 'utf8')).to.equal('text');
    expect(await readdir(drafts)).to.deep.equal([]);
  });

  it('is one of those that several writers wrote at a time', async () => {
    const file = join(folder, 'shared');
    const texts = Array.from({ length: 20 }, (_, index) => `${index}`.repeat(10_000));
    await Promise.all(texts.map((text) => writeAtomically(file, text)));
    expect(texts).to.include(await readFile(file, 'utf8'));
    expect(await readdir(folder)).to.deep.equal(['shared']);
  });

  it('never overwrites a draft that is there', async () => {
    const draft = join(folder, 'draft');
    await writeDraft(draft, 'mine');
    expect(await codeOf(writeDraft(draft, 'yours'))).to.equal('EEXIST');
    expect(await readFile(draft, 'utf8')).to.equal('mine');
  });
});
