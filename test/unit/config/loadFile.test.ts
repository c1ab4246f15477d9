import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readConfigText } from '../../../runner/src/config/load.js';
import { readText, UnreadableText } from '../../../runner/src/config/readText.js';
import { StackError } from '../../../runner/src/base/errors.js';
import { loadConfig } from '../../support/config.js';

const failureOf = async (work: Promise<unknown>): Promise<StackError> => {
  const error: unknown = await work.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  expect(error).to.be.instanceOf(StackError);
  return error as StackError;
};

describe('the file of a configuration', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'load-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const write = (name: string, text: string | Buffer) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };

  it('is read by its name in the directory of the command, or by its whole path', async () => {
    const path = write('a.yml', 'application: shop\nenvironments: { staging: {} }\n');
    for (const name of ['a.yml', path]) {
      const config = await loadConfig(directory, name);
      expect(config).to.include({ application: 'shop', directory, file: path });
    }
  });

  it('is called by its path from there, and by its whole path where it lies elsewhere', async () => {
    const path = write('a.yml', 'text');
    mkdirSync(join(directory, 'in'));
    expect(await readConfigText(directory, path)).to.deep.equal({ path, shown: 'a.yml', text: 'text' });
    expect((await readConfigText(join(directory, 'in'), '../a.yml')).shown).to.equal(path);
  });

  it('is refused with each of its mistakes', async () => {
    write('a.yml', 'application: Shop\n');
    const failure = await failureOf(loadConfig(directory, 'a.yml'));
    expect(failure).to.include({ code: 'CONFIG_INVALID', message: 'a.yml has 2 errors' });
    expect(failure.evidence).to.have.length(2);
  });

  it('is offered to be made, or looked for elsewhere, where there is none', async () => {
    for (const name of ['a.yml', 'none/a.yml']) {
      const failure = await failureOf(loadConfig(directory, name));
      expect(failure).to.include({ code: 'CONFIG_NOT_FOUND', where: join(directory, name) });
      expect(failure.message).to.match(new RegExp(`^cannot read ${name}: `));
      expect(failure.next).to.contain('runner init');
    }
    write('file', '');
    expect((await failureOf(loadConfig(directory, 'file/a.yml'))).next).to.contain('runner init');
  });

  it('is not offered to be made where there is something that cannot be read', async () => {
    const failure = await failureOf(loadConfig(directory, '.'));
    expect(failure.message).to.contain('it is a directory');
    expect(failure.next).to.match(/^Correct that/);
  });
});

describe('a text that a person wrote', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'text-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const reasonOf = async (path: string) => {
    const error: unknown = await readText(path).catch((failure: unknown) => failure);
    expect(error).to.be.instanceOf(UnreadableText);
    return (error as UnreadableText).reason;
  };

  it('is no directory, no device, and no bytes that are no UTF-8', async () => {
    expect(await reasonOf(directory)).to.equal('it is a directory');
    expect(await reasonOf('/dev/null')).to.contain('device');
    writeFileSync(join(directory, 'a'), Buffer.from([0xff, 0xfe]));
    expect(await reasonOf(join(directory, 'a'))).to.equal('it is not UTF-8 text');
  });

  it('has at most 4 MiB', async () => {
    const path = join(directory, 'a');
    writeFileSync(path, '');
    truncateSync(path, 4 * 1024 * 1024);
    expect(await readText(path)).to.have.lengthOf(4 * 1024 * 1024);
    truncateSync(path, 4 * 1024 * 1024 + 1);
    expect(await reasonOf(path)).to.equal('it is larger than 4 MiB');
  });

  it('is refused where it cannot be looked at, in words that are no code of the system', async () => {
    expect(await reasonOf(join(directory, 'none'))).not.to.contain('ENOENT');
  });
});
