import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from '../measure.js';
import { ansibleWithMitogen } from './ansible.js';
import { manyHosts } from './manyHosts.js';

const runner = fileURLToPath(new URL('../../runner', import.meta.url));
/** Of a play with 20 tasks. */
const COPIES = 18;

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

/** A play of 20 tasks for many hosts over SSH, and who runs it. */
export interface TwentyTasks {
  /** `ansible-playbook` with its defaults. What it writes differs by the stamp. */
  ansible(stamp: string): Command;
  /** `provision` of the runner. @param environment with or without Mitogen */
  runner(environment: 'plain' | 'mitogen', stamp: string, ...options: string[]): Command;
  close(): Promise<void>;
}

/** Starts the hosts and writes the project. */
export async function twentyTasks(count: number): Promise<TwentyTasks> {
  const directory = await mkdtemp(join(tmpdir(), 'automation-stack-bench-'));
  const bin = await ansibleWithMitogen();
  const hosts = await manyHosts(count, directory);
  await project(directory, hosts.inventory, hosts.ini);
  const env = { CI: 'true', PATH: `${bin}:${process.env['PATH'] ?? ''}` };
  return {
    ansible: (stamp) => ({
      file: join(bin, 'ansible-playbook'),
      args: ['-i', 'hosts.ini', '-e', `stamp=${stamp}`, 'ansible/twenty.yml'],
      cwd: directory,
      env,
    }),
    runner: (environment, stamp, ...options) => ({
      file: process.execPath,
      args: [runner, 'provision', '--env', environment, '-C', directory, ...options],
      env: { ...env, STAMP: stamp },
    }),
    close: async () => {
      await hosts.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

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
