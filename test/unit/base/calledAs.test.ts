import { relative } from 'node:path/posix';
import { expect } from 'chai';
import { asTyped, everyTextAsTyped, programOf } from '../../../runner/src/base/calledAs.js';

const program = (script: string, cwd: string, env = {}) => programOf(script, cwd, env, relative);

describe('the words that call the runner', () => {
  it('are those of the checkout it is called in', () => {
    expect(program('/src/stack/runner', '/src/stack')).to.equal('node runner');
    expect(program('/src/stack/runner/index.js', '/src/stack')).to.equal('node runner');
  });

  it('lead to the runner from another directory', () => {
    expect(program('/src/stack/runner', '/src/shop')).to.equal('node ../stack/runner');
    expect(program('/s/runner', '/home/me/work/projects/shop')).to.equal('node /s/runner');
    expect(program('/src/my stack/runner', '/src/shop')).to.equal("node '../my stack/runner'");
  });

  it('are the command where it is installed', () => {
    expect(program('/usr/local/bin/automation-stack', '/src/shop')).to.equal('automation-stack');
  });

  it('are those of npx where it is called so, and not where only its parent was', () => {
    const script = '/src/shop/node_modules/.bin/automation-stack';
    const by = (npm_lifecycle_script: string) =>
      program(script, '/src/shop', { npm_lifecycle_event: 'npx', npm_lifecycle_script });
    expect(by('automation-stack deploy')).to.equal('npx automation-stack');
    expect(by('mocha test')).to.equal('automation-stack');
  });
});

describe('a message that tells what to type', () => {
  const installed = { program: 'automation-stack' };
  const elsewhere = { program: 'node runner', place: ['-C', '../my shop'] };

  it('names the command as it was called', () => {
    expect(asTyped('`node runner deploy --env staging --resume` goes on', installed)).to.equal(
      '`automation-stack deploy --env staging --resume` goes on',
    );
    expect(asTyped('Type: eval "$(node runner env)"', installed)).to.equal(
      'Type: eval "$(automation-stack env)"',
    );
  });

  it('works on the same configuration', () => {
    expect(asTyped('node runner status', elsewhere)).to.equal("node runner -C '../my shop' status");
    expect(asTyped('`node runner a` or `node runner b`', elsewhere)).to.equal(
      "`node runner -C '../my shop' a` or `node runner -C '../my shop' b`",
    );
  });

  it('adds no place where it names one, or needs none', () => {
    for (const text of [
      'node runner deploy -C ../other --env staging',
      'node runner local up',
      '`node runner --help` lists all',
      'node runner/index.js',
      'In auth: `node runner deploy --env staging` brings it there',
    ])
      expect(asTyped(text, elsewhere)).to.equal(text);
  });

  it('leaves alone what a child process printed, and data', () => {
    const event = {
      type: 'stage.end',
      error: { message: 'node runner x', evidence: ['node runner y'], next: 'node runner z' },
      line: 'node runner w',
    };
    expect(everyTextAsTyped(event, installed)).to.deep.equal({
      type: 'stage.end',
      error: { message: 'automation-stack x', evidence: ['node runner y'], next: 'automation-stack z' },
      line: 'node runner w',
    });
  });
});

describe('every text of ours', () => {
  const data = () => ({
    message: 'node runner a',
    list: [{ next: 'node runner b', output: 'node runner c' }],
    at: new Date(0),
    none: null,
    n: 5,
  });

  it('is as it was where the program is called so, and nothing says where the configuration is', () => {
    const value = data();
    expect(everyTextAsTyped(value, { program: 'node runner' })).to.equal(value);
    expect(everyTextAsTyped(value, { program: 'node runner', place: [] })).to.equal(value);
  });

  it('is converted in our own fields alone, however deep', () => {
    expect(everyTextAsTyped(data(), { program: 'node runner', place: ['-C', 'x'] })).to.deep.equal({
      ...data(),
      message: 'node runner -C x a',
      list: [{ next: 'node runner -C x b', output: 'node runner c' }],
    });
  });

  it('is called by a name that only looks like ours as it is', () => {
    expect(program('automation-stack', '/src')).to.equal('automation-stack');
    expect(program('/x/automation-stack.cmd', '/src')).to.equal('automation-stack');
    expect(program('/x/my-automation-stack', '/x')).to.equal('node my-automation-stack');
    expect(program('/x/automation-stack.md', '/x')).to.equal('node automation-stack.md');
    expect(program('/x/index.js.d', '/x')).to.equal('node index.js.d');
    const npx = { npm_lifecycle_event: 'run', npm_lifecycle_script: 'automation-stack' };
    expect(program('/x/automation-stack', '/x', npx)).to.equal('automation-stack');
  });
});
