import type { ReleaseRecord } from '../runner/src/domain/records.js';
import type { Target } from '../runner/src/context/target.js';
import type { Deployment } from '../test/support/deployment.js';
import { directories } from '../test/support/directoryFixture.js';
import { fleet, HOSTS, rollout } from '../test/support/fleetFixture.js';
import type { Bench } from './bench.js';
import { median } from './measure.js';

const ROUNDS = Number(process.env['AUTOMATION_STACK_BENCH_ROUNDS'] ?? 2);
const LIMIT = 1.15;
/** Seconds that a host takes before its release is switched, and until that answers: in each batch another one is slow in each step. */
const SLOW: Readonly<Record<string, { readonly before: number; readonly start: number }>> =
  Object.fromEntries(
    HOSTS.map((host, index) => [host, index % 2 === 0 ? { before: 5, start: 1 } : { before: 1, start: 5 }]),
  );
const BATCHES = [HOSTS.slice(0, 2), HOSTS.slice(2)];

const PLAY = `- name: Switch the application's release, on hosts of different speed
  hosts: all
  become: true
  gather_facts: false
  pre_tasks:
    - name: Take a while
      ansible.builtin.command:
        argv: [sleep, "{{ bench_slow[inventory_hostname].before if release_directory_state == 'present' else 0 }}"]
      changed_when: false
  roles:
    - role: release_directory
`;

/**
 * A fleet of four hosts, two at a time, beside the slowest host of each batch deployed alone: what the hosts of a batch cost
 * each other. Measured from the first host that is replaced to the end.
 */
const bench: Bench = async () => {
  await directories.up();
  await directories.clear();
  const files = { 'ansible/slow.yml': PLAY };
  const health = { path: '/', for: '3s', interval: '500ms', timeout: '20s' };
  const settings = { playbook: 'slow.yml', vars: { bench_slow: SLOW }, health };
  const made: Deployment[] = [];
  const targetOf = async (hosts: readonly string[]): Promise<Target> => {
    const deployment = await directories.deployment(settings, hosts, files);
    made.push(deployment);
    return fleet.target(deployment);
  };
  try {
    for (const host of HOSTS)
      await fleet.inside(host, 'sh', '-c', `echo ${SLOW[host]?.start ?? 0} > /etc/slow-start`);
    const together = await targetOf(HOSTS);
    const alone = new Map(
      await Promise.all(HOSTS.map(async (host) => [host, await targetOf([host])] as const)),
    );
    const ratios: number[] = [];
    const times: { whole: number; path: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const whole = await replacing(together, await directories.release(`1.${round}.0`, 'slow'));
      const release = await directories.release(`1.${round}.1`, 'slow');
      let path = 0;
      for (const batch of BATCHES) {
        const each: number[] = [];
        for (const host of batch) each.push(await replacing(alone.get(host) as Target, release));
        path += Math.max(...each);
      }
      times.push({ whole, path });
      ratios.push(whole / path);
    }
    const value = median(ratios);
    return {
      name: 'fleet',
      rows: [
        { label: 'four hosts, two at a time', value: median(times.map(({ whole }) => whole)), unit: 'ms' },
        {
          label: 'the slowest host of each batch alone',
          value: median(times.map(({ path }) => path)),
          unit: 'ms',
        },
        {
          label: 'what hosts of a batch cost each other',
          value,
          unit: '×',
          limit: LIMIT,
          ok: value <= LIMIT,
        },
      ],
    };
  } finally {
    for (const deployment of made) deployment.remove();
    await directories.clear();
    directories.close();
    await fleet.down();
  }
};

/** How long a deploy takes from the first host that is replaced to its end, in milliseconds. */
async function replacing(target: Target, release: ReleaseRecord): Promise<number> {
  let begun: number | undefined;
  const onJournal = (line: string) => {
    if (line.startsWith('replace')) begun ??= performance.now();
  };
  const { status } = await target.deploy(release, rollout({ onJournal }));
  if (status !== 'healthy' || begun === undefined) throw new Error(`the deploy ended ${status}`);
  return performance.now() - begun;
}

export default bench;
