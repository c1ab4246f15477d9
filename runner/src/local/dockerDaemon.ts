import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { userInfo } from 'node:os';
import { StackError } from '../base/errors.js';
import { askCommand, waitUntil, runCommand, type LocalContext } from './localContext.js';
import { asRoot, findProgram, uplinkMtu } from './machine.js';
import { lastLines, recordDaemon, runningDaemon, startDaemon, stopDaemon } from './daemons.js';
import { ENGINE_RECORD } from './settings.js';

export interface EngineFacts {
  readonly version: string;
  readonly cgroupVersion: string;
}

/** The Docker engine's answer about itself; undefined if none answers. */
export async function engineFacts(local: LocalContext): Promise<EngineFacts | undefined> {
  const answer = await askCommand(local, 'docker', [
    'info',
    '--format',
    '{{.ServerVersion}} {{.CgroupVersion}}',
  ]);
  // A client without an engine still prints the template, with empty fields.
  const [version = '', cgroupVersion = '1'] = (answer ?? '').split(' ');
  return version === '' ? undefined : { version, cgroupVersion };
}

/** Uses a running engine as it is, or starts one (the packages are installed already). */
export async function engineUp(local: LocalContext): Promise<EngineFacts> {
  const already = await engineFacts(local);
  if (already !== undefined) {
    local.report({ piece: 'engine', status: 'skipped', message: `Docker ${already.version} is running` });
    await mountSystemdHierarchy(local, already);
    return already;
  }
  const host = local.env['DOCKER_HOST'] ?? '';
  if (host !== '' && !host.startsWith('unix:')) {
    throw new StackError('DOCKER_UNREACHABLE', `No Docker engine answers at ${host}`, {
      where: 'DOCKER_HOST',
      next: 'Start that engine, or unset DOCKER_HOST to start an engine on this machine.',
    });
  }
  await refuseLockedSocket(local);
  await startEngine(local);
  const facts = await engineFacts(local);
  if (facts === undefined) throw await notReachable(local);
  await mountSystemdHierarchy(local, facts);
  local.report({ piece: 'engine', status: 'ok', message: `Docker ${facts.version} started` });
  return facts;
}

/** Refuses to start a second engine beside one that runs but does not admit this user. */
async function refuseLockedSocket(local: LocalContext): Promise<void> {
  const { tail } = await local.processes.run({ file: 'docker', args: ['version'] });
  if (!tail.some((line) => /permission denied/i.test(line))) return;
  throw new StackError('DOCKER_UNREACHABLE', 'A Docker engine runs here, but this user may not use it', {
    evidence: tail.slice(-3),
    next: 'Type: sudo usermod -aG docker "$USER", log in again, and then `node runner local up` once more.',
  });
}

async function startEngine(local: LocalContext): Promise<void> {
  const { home } = local.settings;
  const daemon = (await findProgram(local, 'dockerd')) ?? 'dockerd';
  const mtu = await uplinkMtu();
  const group = await primaryGroup(local);
  local.report({
    piece: 'engine',
    status: 'running',
    message: `no Docker engine answers: starting ${daemon} in the background (mtu ${mtu} like the uplink)`,
  });
  await mkdir(home, { recursive: true, mode: 0o700 });
  const log = join(home, 'dockerd.log');
  const pidFile = join(home, 'dockerd.pid');
  const host = local.env['DOCKER_HOST'];
  const start = await asRoot(local, daemon, [
    ...['--mtu', String(mtu), '--pidfile', pidFile, '--group', group],
    ...(host === undefined || host === '' ? [] : ['--host', host]),
  ]);
  await startDaemon({
    ...start,
    // iptables is in a folder that a user's PATH often does not have.
    env: { ...local.env, PATH: `${local.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
    log,
    record: join(home, ENGINE_RECORD),
  });
  const record = join(home, ENGINE_RECORD);
  const up = await waitUntil(
    local,
    async () => (await engineFacts(local)) !== undefined || (await runningDaemon(record)) === undefined,
    60_000,
    200,
  );
  if (!up || (await engineFacts(local)) === undefined) throw await notReachable(local);
  // Under sudo the recorded process is sudo. Record the engine itself, because `down --purge` stops it.
  await recordDaemon(Number(await readFile(pidFile, 'utf8')), log, record);
}

/** Stops the engine, if it was the local environment that started it. */
export async function engineDown(local: LocalContext): Promise<void> {
  const record = join(local.settings.home, ENGINE_RECORD);
  if (await stopDaemon(local, record, 30_000)) {
    local.report({
      piece: 'engine',
      status: 'ok',
      message: 'stopped the Docker engine that `local up` had started',
    });
  }
  await rm(join(local.settings.home, 'dockerd.log'), { force: true });
}

/**
 * systemd in containers wants its own hierarchy on cgroup v1 machines; one that did not boot with systemd has none.
 */
async function mountSystemdHierarchy(local: LocalContext, facts: EngineFacts): Promise<void> {
  if (facts.cgroupVersion !== '1') return;
  const folder = '/sys/fs/cgroup/systemd';
  const mounted = await stat(join(folder, 'cgroup.procs')).then(
    () => true,
    () => false,
  );
  if (mounted) return;
  local.report({
    piece: 'engine',
    status: 'running',
    message: `mounting ${folder}: systemd in the hosts needs it`,
  });
  await runCommand(local, await asRoot(local, 'mkdir', ['-p', folder]), { purpose: `make ${folder}` });
  const options = ['-t', 'cgroup', '-o', 'none,name=systemd', 'cgroup', folder];
  await runCommand(local, await asRoot(local, 'mount', options), { purpose: `mount ${folder}` });
}

async function primaryGroup(local: LocalContext): Promise<string> {
  return (await askCommand(local, 'id', ['-gn'])) ?? String(userInfo().gid);
}

async function notReachable(local: LocalContext): Promise<StackError> {
  const log = join(local.settings.home, 'dockerd.log');
  return new StackError('DOCKER_UNREACHABLE', 'The Docker engine did not start', {
    where: log,
    evidence: await lastLines(log),
    next: `Read ${log}; with an engine of your own running, \`node runner local up\` uses that one.`,
  });
}
