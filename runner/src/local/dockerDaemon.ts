import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { userInfo } from 'node:os';
import { StackError } from '../base/errors.js';
import { ask, eventually, must, type Workshop } from './workshop.js';
import { asRoot, findProgram, uplinkMtu } from './machine.js';
import { lastLines, recordDaemon, runningDaemon, startDaemon, stopDaemon } from './daemons.js';
import { ENGINE_RECORD } from './settings.js';

export interface EngineFacts {
  readonly version: string;
  readonly cgroupVersion: string;
}

/** The Docker engine's answer about itself; undefined if none answers. */
export async function engineFacts(workshop: Workshop): Promise<EngineFacts | undefined> {
  const answer = await ask(workshop, 'docker', ['info', '--format', '{{.ServerVersion}} {{.CgroupVersion}}']);
  // A client without an engine still prints the template, with empty fields.
  const [version = '', cgroupVersion = '1'] = (answer ?? '').split(' ');
  return version === '' ? undefined : { version, cgroupVersion };
}

/** Uses a running engine as it is, or starts one (the packages are installed already). */
export async function engineUp(workshop: Workshop): Promise<EngineFacts> {
  const already = await engineFacts(workshop);
  if (already !== undefined) {
    workshop.say({ piece: 'engine', status: 'skipped', message: `Docker ${already.version} is running` });
    await mountSystemdHierarchy(workshop, already);
    return already;
  }
  const host = workshop.env['DOCKER_HOST'] ?? '';
  if (host !== '' && !host.startsWith('unix:')) {
    throw new StackError('DOCKER_UNREACHABLE', `No Docker engine answers at ${host}`, {
      where: 'DOCKER_HOST',
      next: 'Start that engine, or unset DOCKER_HOST to start an engine on this machine.',
    });
  }
  await refuseLockedSocket(workshop);
  await startEngine(workshop);
  const facts = await engineFacts(workshop);
  if (facts === undefined) throw await notReachable(workshop);
  await mountSystemdHierarchy(workshop, facts);
  workshop.say({ piece: 'engine', status: 'ok', message: `Docker ${facts.version} started` });
  return facts;
}

/** Refuses to start a second engine beside one that runs but does not admit this user. */
async function refuseLockedSocket(workshop: Workshop): Promise<void> {
  const { tail } = await workshop.processes.run({ file: 'docker', args: ['version'] });
  if (!tail.some((line) => /permission denied/i.test(line))) return;
  throw new StackError('DOCKER_UNREACHABLE', 'A Docker engine runs here, but this user may not use it', {
    evidence: tail.slice(-3),
    next: 'Type: sudo usermod -aG docker "$USER", log in again, and then `node runner local up` once more.',
  });
}

async function startEngine(workshop: Workshop): Promise<void> {
  const { home } = workshop.settings;
  const daemon = (await findProgram(workshop, 'dockerd')) ?? 'dockerd';
  const mtu = await uplinkMtu();
  const group = await primaryGroup(workshop);
  workshop.say({
    piece: 'engine',
    status: 'running',
    message: `no Docker engine answers: starting ${daemon} in the background (mtu ${mtu} like the uplink)`,
  });
  await mkdir(home, { recursive: true, mode: 0o700 });
  const log = join(home, 'dockerd.log');
  const pidFile = join(home, 'dockerd.pid');
  const host = workshop.env['DOCKER_HOST'];
  const start = await asRoot(workshop, daemon, [
    ...['--mtu', String(mtu), '--pidfile', pidFile, '--group', group],
    ...(host === undefined || host === '' ? [] : ['--host', host]),
  ]);
  await startDaemon({
    ...start,
    // iptables is in a folder that a user's PATH often does not have.
    env: { ...workshop.env, PATH: `${workshop.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
    log,
    record: join(home, ENGINE_RECORD),
  });
  const record = join(home, ENGINE_RECORD);
  const up = await eventually(
    workshop,
    async () => (await engineFacts(workshop)) !== undefined || (await runningDaemon(record)) === undefined,
    60_000,
    200,
  );
  if (!up || (await engineFacts(workshop)) === undefined) throw await notReachable(workshop);
  // Under sudo the recorded process is sudo. Record the engine itself, because `down --purge` stops it.
  await recordDaemon(Number(await readFile(pidFile, 'utf8')), log, record);
}

/** Stops the engine, if it was the local environment that started it. */
export async function engineDown(workshop: Workshop): Promise<void> {
  const record = join(workshop.settings.home, ENGINE_RECORD);
  if (await stopDaemon(workshop, record, 30_000)) {
    workshop.say({
      piece: 'engine',
      status: 'ok',
      message: 'stopped the Docker engine that `local up` had started',
    });
  }
  await rm(join(workshop.settings.home, 'dockerd.log'), { force: true });
}

/**
 * systemd in containers wants its own hierarchy on cgroup v1 machines; one that did not boot with systemd has none.
 */
async function mountSystemdHierarchy(workshop: Workshop, facts: EngineFacts): Promise<void> {
  if (facts.cgroupVersion !== '1') return;
  const folder = '/sys/fs/cgroup/systemd';
  const mounted = await stat(join(folder, 'cgroup.procs')).then(
    () => true,
    () => false,
  );
  if (mounted) return;
  workshop.say({
    piece: 'engine',
    status: 'running',
    message: `mounting ${folder}: systemd in the hosts needs it`,
  });
  await must(workshop, await asRoot(workshop, 'mkdir', ['-p', folder]), { purpose: `make ${folder}` });
  const options = ['-t', 'cgroup', '-o', 'none,name=systemd', 'cgroup', folder];
  await must(workshop, await asRoot(workshop, 'mount', options), { purpose: `mount ${folder}` });
}

async function primaryGroup(workshop: Workshop): Promise<string> {
  return (await ask(workshop, 'id', ['-gn'])) ?? String(userInfo().gid);
}

async function notReachable(workshop: Workshop): Promise<StackError> {
  const log = join(workshop.settings.home, 'dockerd.log');
  return new StackError('DOCKER_UNREACHABLE', 'The Docker engine did not start', {
    where: log,
    evidence: await lastLines(log),
    next: `Read ${log}; with an engine of your own running, \`node runner local up\` uses that one.`,
  });
}
