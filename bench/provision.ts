import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench, BenchRow } from './bench.js';
import { median, ratio, wallTime, type Command } from './measure.js';
import { ansibleWithMitogen } from './support/ansible.js';
import { manyHosts } from './support/manyHosts.js';

const runner = fileURLToPath(new URL('../runner', import.meta.url));
const HOSTS = Number(process.env['AUTOMATION_STACK_BENCH_HOSTS'] ?? 50);
const ROUNDS = Number(process.env['AUTOMATION_STACK_BENCH_ROUNDS'] ?? 2);
/** Of a play with 20 tasks. */
const COPIES = 18;
const LIMITS = { full: 0.7, accelerated: 0.5, unchanged: 0.35 };

const PLAY = `- name: Twenty tasks
  hosts: web
  become: true
  tasks:
    - name: Make the folder
      ansible.builtin.file: { path: "/srv/{{ inventory_hostname }}", state: directory, mode: "0755" }
${Array.from(
  { length: COPIES },
  (_, index) => `    - name: Copy file ${index}
      ansible.builtin.copy:
        content: "{{ stamp }} ${index}\\n"
        dest: "/srv/{{ inventory_hostname }}/${index}"
        mode: "0644"
`,
).join('')}    - name: Look at the last one
      ansible.builtin.stat: { path: "/srv/{{ inventory_hostname }}/0" }
`;

/** A play of 20 tasks on many hosts over SSH: the runner beside `ansible-playbook` with its defaults, in turn. */
const bench: Bench = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'automation-stack-bench-'));
  const bin = await ansibleWithMitogen();
  const hosts = await manyHosts(HOSTS, directory);
  try {
    await project(directory, hosts.inventory, hosts.ini);
    const env = { CI: 'true', PATH: `${bin}:${process.env['PATH'] ?? ''}` };
    const ansible = (stamp: string): Command => ({
      file: join(bin, 'ansible-playbook'),
      args: ['-i', 'hosts.ini', '-e', `stamp=${stamp}`, 'ansible/twenty.yml'],
      cwd: directory,
      env,
    });
    const ours = (environment: string, stamp: string, ...more: string[]): Command => ({
      file: process.execPath,
      args: [runner, 'provision', '--env', environment, '-C', directory, ...more],
      env: { ...env, STAMP: stamp },
    });
    const times: Record<string, number[]> = {};
    const take = async (name: string, command: Command) =>
      void (times[name] ??= []).push(await wallTime(command));
    for (let round = 0; round < ROUNDS; round += 1) {
      await take('ansible, changed', ansible(`a${round}`));
      await take('runner, changed', ours('plain', `b${round}`));
      await take('mitogen, changed', ours('mitogen', `c${round}`));
      await take('ansible, unchanged', ansible(`c${round}`));
      await take('mitogen, unchanged', ours('mitogen', `c${round}`, '--full'));
      await take('runner, unchanged', ours('plain', `c${round}`, '--full'));
      await take('runner, not run', ours('plain', `c${round}`));
    }
    const row = (label: string, ours: string, theirs: string, limit: number): BenchRow => {
      const [mine, other] = [times[ours] ?? [], times[theirs] ?? []];
      const value = ratio(mine, other);
      const ratioTo = `ansible-playbook; ${seconds(mine)} beside ${seconds(other)}`;
      return { label, value, unit: '×', ratioTo, limit, ok: value <= limit };
    };
    return {
      name: `20 tasks on ${HOSTS} hosts over SSH, ${cpus().length} cores`,
      rows: [
        row('changed', 'runner, changed', 'ansible, changed', LIMITS.full),
        row('unchanged, --full', 'runner, unchanged', 'ansible, unchanged', LIMITS.full),
        row('changed, accelerated', 'mitogen, changed', 'ansible, changed', LIMITS.accelerated),
        row('unchanged, --full, accelerated', 'mitogen, unchanged', 'ansible, unchanged', LIMITS.accelerated),
        row('unchanged', 'runner, not run', 'ansible, unchanged', LIMITS.unchanged),
      ],
    };
  } finally {
    await hosts.close();
    await rm(directory, { recursive: true, force: true });
  }
};

const seconds = (times: readonly number[]) => `${(median(times) / 1000).toFixed(1)} s`;

async function project(directory: string, inventory: object, ini: string): Promise<void> {
  const provision = { playbooks: ['twenty.yml'], vars: { stamp: '${env:STAMP}' } };
  const config = {
    application: 'bench',
    environments: {
      plain: { aws: { region: 'eu-west-1' }, inventory, provision },
      mitogen: { extends: 'plain', provision: { ...provision, accelerate: 'mitogen' } },
    },
  };
  await mkdir(join(directory, 'ansible'));
  await writeFile(join(directory, 'automation-stack.yml'), JSON.stringify(config));
  await writeFile(join(directory, 'ansible', 'twenty.yml'), PLAY);
  await writeFile(join(directory, 'hosts.ini'), ini);
}

export default bench;
