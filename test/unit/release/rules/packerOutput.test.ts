import { expect } from 'chai';
import {
  afterLine,
  NOTHING_YET,
  packerLines,
  taskOf,
  templateFailure,
} from '../../../../runner/src/release/rules/packerOutput.js';

const read = (lines: readonly string[]) =>
  lines.flatMap((line) => packerLines(line)).reduce(afterLine, NOTHING_YET);
const ID = 'sha256:a9339ab3f3210bddf08be99bb072ceaa4efdc9a915ede8da92f4e75fcf063e87';

describe('a line of Packer', () => {
  /** As Packer 1.6.6 printed it, or newer ones do (builds with names, post-processors), and what it is read as. */
  const rows: Readonly<Record<string, readonly [line: string, read: readonly object[]]>> = {
    'is a step': [
      '1795956726,,ui,say,==> docker.this: Starting docker container...',
      [{ type: 'step', text: 'Starting docker container...' }],
    ],
    'is a step of a build that has a name': [
      '1795956726,,ui,say,==> shop.docker.this: Committing the container',
      [{ type: 'step', text: 'Committing the container' }],
    ],
    'is a step of a post-processor': [
      '1795956730,,ui,say,==> docker.this: Running post-processor:  (type docker-tag)',
      [{ type: 'step', text: 'Running post-processor: (type docker-tag)' }],
    ],
    'is output of a post-processor': [
      '1795956730,,ui,message,    docker.this (docker-tag): Repository: x/y:b1',
      [{ type: 'output', text: 'Repository: x/y:b1', stream: 'stdout' }],
    ],
    'is output with commas': [
      '1795956729,,ui,message,    docker.this: hello%!(PACKER_COMMA) 8%!(PACKER_COMMA)',
      [{ type: 'output', text: 'hello, 8,', stream: 'stdout' }],
    ],
    'is output of errors': [
      '1795956729,,ui,error,==> docker.this: a',
      [{ type: 'output', text: 'a', stream: 'stderr' }],
    ],
    'is several lines': [
      '1795957702,,ui,error,Error: Invalid expression\\n\\n  on bad.pkr.hcl line 8%!(PACKER_COMMA) in build:\\n   8: }\\n',
      [
        { type: 'output', text: 'Error: Invalid expression', stream: 'stderr' },
        { type: 'output', text: '  on bad.pkr.hcl line 8, in build:', stream: 'stderr' },
        { type: 'output', text: '   8: }', stream: 'stderr' },
      ],
    ],
    'is no step, but a command line': [
      '1,,ui,say,==> docker.web: Executing Ansible: ansible-playbook -e packer_build_name="web"',
      [
        {
          type: 'output',
          text: 'Executing Ansible: ansible-playbook -e packer_build_name="web"',
          stream: 'stdout',
        },
      ],
    ],
    'is empty but for its source': ['1,,ui,message,    docker.web: ', []],
    'tells of the whole run': [
      '1795956731,,ui,say,\\n==> Wait completed after 4 seconds 508 milliseconds',
      [{ type: 'output', text: '==> Wait completed after 4 seconds 508 milliseconds', stream: 'stdout' }],
    ],
    'is an artifact': [
      `1795956731,docker.this,artifact,0,id,${ID}`,
      [{ type: 'artifact', source: 'docker.this', id: ID }],
    ],
    'is of no use': ['1795956731,docker.this,artifact,0,files-count,0', []],
    'is of a kind that is not known': ['1795956731,,template-variable,a,b,0', []],
    'is why a source failed': [
      '1795956731,docker.this,error,Script exited with non-zero exit status: 1. Allowed exit codes are: [0]',
      [
        {
          type: 'failure',
          source: 'docker.this',
          text: 'Script exited with non-zero exit status: 1. Allowed exit codes are: [0]',
        },
      ],
    ],
    'is not in its format': [
      'packer: a wrapper says, hello',
      [{ type: 'output', text: 'packer: a wrapper says, hello', stream: 'stdout' }],
    ],
    'is empty': ['', []],
  };
  for (const [what, [line, expected]] of Object.entries(rows)) {
    it(what, () => expect(packerLines(line)).to.deep.equal(expected));
  }

  it('hides no secret in the way that Packer writes commas and ends of lines', () => {
    const mask = (text: string) => text.replace('a,b\nc', '***');
    const line = '1,,ui,message,    docker.x: is a%!(PACKER_COMMA)b\\nc!';
    expect(packerLines(line, mask)).to.deep.equal([{ type: 'output', text: 'is ***!', stream: 'stdout' }]);
  });

  it('begins a task of Ansible, or a handler', () => {
    expect(taskOf('TASK [motd : Write the message] ****')).to.equal('motd : Write the message');
    expect(taskOf('RUNNING HANDLER [restart] ***')).to.equal('restart');
    expect(taskOf('ok: [default]')).to.equal(undefined);
  });
});

describe('what is known of a build by Packer', () => {
  it('is the last image of each source, and the names that it was given', () => {
    const known = read([
      `1,docker.this,artifact,0,id,${ID}`,
      '1,docker.this,artifact,1,id,x/y:b1',
      '1,docker.other,artifact,0,id,x/z:b1',
    ]);
    expect(known.images).to.deep.equal({ 'docker.this': 'x/y:b1', 'docker.other': 'x/z:b1' });
    expect(known.names).to.deep.equal(['x/y:b1', 'x/z:b1']);
  });

  it('is the step and the task that failed, whatever is cleaned up after them', () => {
    const known = read([
      '1,,ui,say,==> docker.web: Provisioning with Ansible...',
      '1,,ui,message,    docker.web: TASK [motd : Write] ***',
      '1,,ui,message,    docker.web: fatal: [default]: FAILED! => {"changed": false%!(PACKER_COMMA) "msg": "no such folder"}',
      '1,,ui,say,==> docker.web: Provisioning step had errors: Running the cleanup provisioner%!(PACKER_COMMA) if present...',
      '1,,ui,say,==> docker.web: Killing the container: 84f69b07',
      "1,,ui,error,Build 'docker.web' errored after 3 seconds: Error executing Ansible: exit status 2",
      '1,docker.web,error,Error executing Ansible: Non-zero exit status: exit status 2',
    ]);
    expect(known).to.deep.include({
      step: 'Provisioning with Ansible...',
      task: 'motd : Write',
      said: 'no such folder',
    });
    expect(known.failures).to.deep.equal(['Error executing Ansible: Non-zero exit status: exit status 2']);
  });

  it('is the whole result of a task that has no words for people', () => {
    const known = read(['1,,ui,message,    docker.web: failed: [default] (item=a) => {"rc": 3}']);
    expect(known.said).to.equal('{"rc": 3}');
  });

  it('is not what a task said whose failure was ignored', () => {
    const known = read([
      '1,,ui,message,    docker.web: TASK [a] ***',
      '1,,ui,message,    docker.web: fatal: [default]: FAILED! => {"msg": "x"}',
      '1,,ui,message,    docker.web: TASK [b] ***',
    ]);
    expect(known).to.deep.include({ task: 'b', said: undefined });
  });

  it('is why a template is refused, with its place', () => {
    const line =
      '1795957702,,ui,error,Error: Unsupported block type\\n\\n  on bad2.pkr.hcl line 2%!(PACKER_COMMA) in packer:\\n   2:   required_plugins {\\n';
    expect(templateFailure([line])).to.equal('bad2.pkr.hcl:2: Unsupported block type');
    expect(templateFailure(['1,,ui,error,Failed to parse template: EOF'])).to.equal(
      'Failed to parse template: EOF',
    );
    expect(templateFailure([])).to.equal(undefined);
  });
});
