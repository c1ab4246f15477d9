import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { completionScript } from '../../../../runner/src/commands/rules/completionScript.js';

/** A program in the runner's place: it prints the words that it was given, or what the test wants offered. */
const STAND_IN = `#!/bin/bash
printf '%s\\n' "$*" >> "$CALLS"
printf '%s\\n' $OFFERS
`;

describe('a completion script', () => {
  it('is there for each shell, in its own language', () => {
    expect(completionScript('bash')).to.match(/^complete .*-F _automation_stack/m);
    expect(completionScript('zsh')).to.match(/^compdef _automation_stack/m);
    expect(completionScript('fish')).to.match(/^complete -c automation-stack/m);
  });
});

describe('the completion script of bash', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'completion-'));
    writeFileSync(join(folder, 'automation-stack'), STAND_IN);
    writeFileSync(join(folder, 'node'), STAND_IN);
    for (const name of ['automation-stack', 'node']) chmodSync(join(folder, name), 0o755);
    writeFileSync(join(folder, 'script'), completionScript('bash'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Presses Tab at the end of a line. */
  function tab(
    line: string,
    offers: string,
  ): { readonly asked: string; readonly replies: readonly string[] } {
    const calls = join(folder, 'calls');
    rmSync(calls, { force: true });
    const press = `source script
      COMP_LINE=$1 COMP_POINT=\${#1}
      _automation_stack
      printf '%s\\n' "\${COMPREPLY[@]}"; cat calls >&2 2>/dev/null`;
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', press, 'bash', line], {
      cwd: folder,
      // With a socket for its input Bash takes itself for a remote shell and reads the user's own settings.
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      env: { PATH: `${folder}:${process.env['PATH']}`, CALLS: calls, OFFERS: offers },
    });
    return { asked: stderr.trimEnd(), replies: stdout.split('\n').filter(Boolean) };
  }

  it('asks the command that is typed, with the words up to the cursor', () => {
    expect(tab('automation-stack deploy --env st', 'staging')).to.deep.equal({
      asked: 'complete -- deploy --env st',
      replies: ['staging'],
    });
  });

  it('asks the runner of the checkout that is typed', () => {
    expect(tab('node ../stack/runner dep', 'deploy')).to.deep.equal({
      asked: '../stack/runner complete -- dep',
      replies: ['deploy'],
    });
  });

  it('leaves other programs of node alone', () => {
    expect(tab('node server.js --po', 'x')).to.deep.equal({ asked: '', replies: [] });
  });

  it('offers what follows the colon or the equals sign, where bash breaks words', () => {
    const stages = 'deploy:staging deploy:production';
    expect(tab('automation-stack run --only deploy:', stages).replies).to.deep.equal([
      'staging',
      'production',
    ]);
    expect(tab('automation-stack deploy --env=s', '--env=staging').replies).to.deep.equal(['staging']);
  });

  it('completes names of files where a file is meant', () => {
    expect(tab('automation-stack status --result scr', ':files').replies).to.deep.equal(['script']);
  });
});

describe('completion for another shell', () => {
  it('is refused where there is none', () => {
    expect(() => completionScript('tcsh')).to.throw('no completion for "tcsh"');
  });
});
