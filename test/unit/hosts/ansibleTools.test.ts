import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Invocation, Processes } from '../../../runner/src/base/ports.js';
import { ansibleTools } from '../../../runner/src/hosts/ansibleTools.js';
import { rejection } from '../../support/rejection.js';

describe('what is installed beside Ansible', () => {
  const asked: Invocation[] = [];
  const answering = (answer: object | string, exitCode = 0) => {
    const stdout = typeof answer === 'string' ? answer : `a warning\n${JSON.stringify(answer)}\n`;
    const processes: Processes = {
      run: (invocation) => {
        asked.push(invocation);
        return Promise.resolve({ exitCode, stdout, tail: ['ModuleNotFoundError: ansible'] });
      },
    };
    return { processes, signal: new AbortController().signal };
  };
  const plugins = '/venv/ansible_mitogen/plugins/strategy';

  it('is told by the Python of the script', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'automation-stack-tools-'));
    try {
      const script = join(folder, 'ansible-playbook');
      writeFileSync(script, '#!/venv/bin/python3.12\nimport sys\n');
      expect(await ansibleTools(answering({ core: '2.19.4' }), script, 'none')).to.deep.equal({
        core: '2.19.4',
      });
      expect(asked.at(-1)).to.include({ file: '/venv/bin/python3.12' });
      await ansibleTools(answering({ core: '2.19.4' }), join(folder, 'nowhere'), 'none');
      expect(asked.at(-1)).to.include({ file: 'python3' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is told by the Python that a shim leads to', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'automation-stack-tools-'));
    try {
      const shim = join(folder, 'ansible-playbook');
      writeFileSync(shim, '#!/usr/bin/env bash\nexec asdf exec ansible-playbook "$@"\n');
      const version =
        'ansible-playbook [core 2.19.4]\n  python version = 3.12.1 (main) [GCC 12] (/asdf/bin/python)\n';
      const processes: Processes = {
        run: (invocation) => {
          asked.push(invocation);
          const stdout = invocation.file === shim ? version : '{"core":"2.19.4"}';
          return Promise.resolve({ exitCode: 0, stdout, tail: [] });
        },
      };
      await ansibleTools({ processes, signal: new AbortController().signal }, shim, 'none');
      expect(asked.at(-1)).to.include({ file: '/asdf/bin/python' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('has Mitogen’s plugins where they are asked for and take this core', async () =>
    expect(
      await ansibleTools(answering({ core: '2.19.4', version: '0.3.54', mitogen: plugins }), 'x', 'mitogen'),
    ).to.deep.equal({ core: '2.19.4', mitogen: plugins }));

  it('is refused where Mitogen is not there, or does not take this core', async () => {
    const missing = await rejection(
      ansibleTools(answering({ core: '2.19.4' }), 'x', 'mitogen'),
      'TOOL_MISSING',
    );
    expect(missing.message).to.include('it is not installed there');
    expect(missing.where).to.equal('provision.accelerate');
    const old = { core: '2.30.0', version: '0.3.54', refused: 'Ansible 2.30 is too new' };
    const refused = await rejection(ansibleTools(answering(old), 'x', 'mitogen'), 'TOOL_MISSING');
    expect(refused.message).to.include('Mitogen 0.3.54 does not take ansible-core 2.30.0');
    expect(refused.evidence).to.deep.equal(['Ansible 2.30 is too new']);
  });

  it('is a failure where Ansible cannot be loaded', async () => {
    const error = await rejection(
      ansibleTools(answering('', 1), '/x/ansible-playbook', 'none'),
      'TOOL_FAILED',
    );
    expect(error.evidence).to.deep.equal(['ModuleNotFoundError: ansible']);
  });
});
