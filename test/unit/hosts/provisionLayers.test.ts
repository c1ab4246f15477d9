import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Context } from '../../../runner/src/context/context.js';
import type { Host } from '../../../runner/src/domain/host.js';
import { provisionStep } from '../../../runner/src/hosts/provision.js';
import type { ProvisionOptions } from '../../../runner/src/hosts/rules/provisionOptions.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

const CONFIG = `application: shop
environments:
  staging:
    aws: { region: eu-west-1 }
    inventory:
      hosts:
        web-1: { address: 192.0.2.1, groups: [web] }
        web-2: { address: 192.0.2.2, groups: [web] }
        ci: { address: 192.0.2.3, groups: [build] }
    provision:
      playbooks:
        - { playbook: lamp.yml, group: web }
        - { playbook: jenkins.yml, group: build }
        - common.yml
`;
const PLAYBOOK =
  '- name: Prepare\n  hosts: all\n  gather_facts: false\n  tasks: [{ ansible.builtin.ping: }]\n';

/** Tells what our callback tells of a run in which each host changes once; fails on a host that a file names. */
const PROGRAM = `#!/bin/sh
[ "$1" != --version ] || exit 0
limit=; all="$*"
while [ $# -gt 1 ]; do [ "$1" != --limit ] || limit=$2; shift; done
echo "$(basename "$1") $limit $(echo "$all" | grep -o -e --check)" | sed 's/ *$//' >> "$RECORD/runs"
echo '{"event":"play","name":"Prepare","pattern":"all","hosts":1}'
echo '{"event":"task","name":"Work","path":"/x.yml:4","group":"role"}'
recap=
for host in $(echo "$limit" | tr , ' '); do
  status=changed; failed=0
  if [ "$(cat "$RECORD/broken" 2>/dev/null)" = "$host" ]; then status=failed; failed=1; fi
  echo "{\\"event\\":\\"host\\",\\"host\\":\\"$host\\",\\"status\\":\\"$status\\",\\"task\\":\\"Work\\",\\"path\\":\\"/x.yml:4\\",\\"group\\":\\"role\\",\\"seconds\\":0.5,\\"paths\\":[\\"/srv/$host\\"]}"
  recap="$recap,\\"$host\\":{\\"ok\\":1,\\"changed\\":1,\\"failed\\":$failed,\\"unreachable\\":0,\\"skipped\\":0,\\"rescued\\":0}"
done
echo "{\\"event\\":\\"stats\\",\\"hosts\\":{$(echo "$recap" | cut -c2-)}}"
`;

describe('a provisioning in layers', () => {
  let one: Deployment;
  let states: Record<string, string>;
  let waited: string[];
  const path = (name: string) => join(one.directory, name);
  const runs = () => {
    const lines = readFileSync(path('record/runs'), 'utf8').trim().split('\n');
    writeFileSync(path('record/runs'), '');
    return lines.filter((line) => line !== '');
  };
  const ssh = {
    each: <T>(all: readonly Host[], work: (host: Host) => Promise<T>) => Promise.all(all.map(work)),
    ready: ({ name }: Host) => Promise.resolve(void waited.push(name)),
    execAsRoot: ({ name }: Host) =>
      Promise.resolve({ exitCode: 0, stdout: `state ${(states[name] ?? '0').repeat(64)}\n`, stderr: '' }),
  };
  const provision = async (options: ProvisionOptions = {}) => {
    const context = { ...one.context, ssh: () => Promise.resolve(ssh) } as unknown as Context;
    return provisionStep(
      context,
      await context.environment('staging'),
      stageOf('provision', context),
      options,
    );
  };
  const told = () =>
    one.events.flatMap((event) =>
      event.type === 'stage.progress' ? [`${event.subject ?? ''} ${event.message}`.trim()] : [],
    );

  beforeEach(async () => {
    const base = await deployment({
      'automation-stack.yml': CONFIG,
      'bin/ansible-playbook': PROGRAM,
      'bin/python3': '#!/bin/sh\\necho \'{"core":"2.19.4"}\'\n'.replace('\\n', '\n'),
      'ansible/lamp.yml': PLAYBOOK,
      'ansible/jenkins.yml': PLAYBOOK,
      'ansible/common.yml': PLAYBOOK,
      'record/runs': '',
    });
    for (const name of ['ansible-playbook', 'python3']) chmodSync(join(base.directory, 'bin', name), 0o755);
    mkdirSync(join(base.directory, 'home'));
    one = await base.again({
      PATH: `${join(base.directory, 'bin')}:${process.env['PATH'] ?? ''}`,
      HOME: join(base.directory, 'home'),
      RECORD: join(base.directory, 'record'),
    });
    states = {};
    waited = [];
  });
  afterEach(() => one.remove());

  it('runs them in order, each on its group, and tells hosts, groups and times', async () => {
    const result = await provision();
    expect(runs()).to.deep.equal(['lamp.yml web-1,web-2', 'jenkins.yml ci', 'common.yml web-1,web-2,ci']);
    expect(result.changed).to.equal(6);
    expect(told()).to.include('lamp.yml (web): Prepare, 1 host');
    expect(told()).to.include('common.yml (all): Prepare, 1 host');
    expect(told()).to.include('web-1 role: 0 ok, 1 changed in 0.5s');
    expect(readFileSync(result.log!, 'utf8')).to.include('ci: changed: Work (0.5s)');
  });

  it('runs chosen ones, waits for their hosts alone, and refuses a choice that is for nobody', async () => {
    await provision({ only: ['jenkins'] });
    await provision({ from: 'jenkins', limit: 'build' });
    expect(runs()).to.deep.equal(['jenkins.yml ci', 'common.yml ci']);
    expect([...new Set(waited)]).to.deep.equal(['ci']);
    waited = [];
    const error = await rejection(provision({ only: ['lamp'], limit: 'ci' }), 'USAGE');
    expect(error.message).to.equal('none of ci is in the group of lamp.yml (web)');
    await rejection(provision({ only: ['lam'] }), 'USAGE');
    await rejection(provision({ limit: 'wbe' }), 'USAGE');
    expect(waited).to.deep.equal([]);
  });

  it('is not run again where nothing has changed, and says so', async () => {
    await provision();
    runs();
    const result = await provision();
    expect(runs()).to.deep.equal([]);
    expect(result.unchanged).to.deep.equal({
      'lamp.yml (web)': ['web-1', 'web-2'],
      'jenkins.yml (build)': ['ci'],
      'common.yml': ['web-1', 'web-2', 'ci'],
    });
    expect(told().join('\n')).to.match(/common\.yml not run on web-1, web-2, ci: .* Not looked at: /);
    expect(told()).to.include('ci nothing has changed');
    states = { ci: '7' };
    writeFileSync(path('ansible/lamp.yml'), `${PLAYBOOK}# more\n`);
    await provision();
    expect(runs()).to.deep.equal(['lamp.yml web-1,web-2', 'jenkins.yml ci', 'common.yml web-1,web-2,ci']);
    await provision({ full: true });
    expect(runs()).to.have.length(3);
  });

  it('leaves nothing to be believed where a host failed, and goes on from there', async () => {
    await provision();
    writeFileSync(path('record/broken'), 'ci');
    states = { ci: '7' };
    const error = await rejection(provision(), 'PLAYBOOK_FAILED');
    expect(error.message).to.equal('ci: task "Work": failed');
    expect(error.next).to.include('--from jenkins').and.to.include('--limit ci');
    expect(error.evidence.at(-1)).to.match(/^full log: .*\.provision-staging\.log$/);
    writeFileSync(path('record/broken'), '');
    runs();
    await provision();
    expect(runs()).to.deep.equal(['jenkins.yml ci', 'common.yml ci']);
  });

  it('looks at everything in a check, and leaves what is known as it is', async () => {
    await provision();
    runs();
    const result = await provision({ dryRun: true });
    expect(runs()).to.deep.equal([
      'lamp.yml web-1,web-2 --check',
      'jenkins.yml ci --check',
      'common.yml web-1,web-2,ci --check',
    ]);
    expect(result.summary).to.equal('6 changes would be made on 3 hosts');
    await provision();
    expect(runs()).to.deep.equal([]);
  });
});
