import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { allCommands } from '../../../runner/src/commands/registry.js';
import { optionsOf } from '../../../runner/src/commands/options.js';
import { COMING_FROM, credentialOption } from '../../../runner/src/commands/rules/credentialOptions.js';
import { cli } from '../../support/cli.js';

describe('a key that is given as an argument', () => {
  it('is known in every form, and not behind --', () => {
    for (const words of [
      ['-a', 'K'],
      ['-aK'],
      ['run', '-s', 'S'],
      ['run', '--secret-key=S'],
      ['--access-key', 'K'],
    ])
      expect(credentialOption(words), words.join(' ')).to.match(/^(-a|-s|--secret-key|--access-key)$/);
    expect(credentialOption(['exec', '--env', 'a', '--', 'ls', '-a'])).to.equal(undefined);
    expect(credentialOption(['env', '--secrets', '-C', '-dir'])).to.equal(undefined);
  });

  it('is taken for no option that a command has', async () => {
    for (const definition of await allCommands())
      for (const { name, short } of optionsOf(definition)) {
        expect(credentialOption([`--${name}`]), name).to.equal(undefined);
        if (short !== undefined) expect(credentialOption([`-${short}`])).to.equal(undefined);
      }
  });

  it('is refused without being said again, with the page that helps', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'automation-stack-key-'));
    try {
      const file = join(folder, 'error.json');
      for (const words of [
        ['-a', 'AKIASECRETKEY', '-s', 'hidden-secret'],
        ['run', '--secret-key=hidden-secret', '--access-key=AKIASECRETKEY'],
      ]) {
        const { exitCode, stderr, stdout } = await cli([...words, `--error=${file}`], { cwd: folder });
        expect(exitCode).to.equal(2);
        expect(stderr).to.contain('keys are never given as arguments').and.contain(COMING_FROM);
        for (const text of [stderr, stdout, readFileSync(file, 'utf8')])
          expect(text).to.not.match(/AKIASECRETKEY|hidden-secret/);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('leads to a page that is there', () => {
    expect(existsSync(join(process.cwd(), COMING_FROM))).to.equal(true);
  });
});
