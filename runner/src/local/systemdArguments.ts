import { existsSync } from 'node:fs';

/**
 * What `docker create` needs so that a container is a machine: systemd as PID 1 and an engine of its own, with single
 * capabilities; never --privileged.
 */
export function systemdArguments(): string[] {
  return [
    ...['--stop-signal', 'SIGRTMIN+3', '--tmpfs', '/run', '--tmpfs', '/run/lock'],
    ...cgroupArguments(),
    ...['--cap-add', 'SYS_ADMIN', '--cap-add', 'NET_ADMIN'],
    ...['--security-opt', 'seccomp=unconfined', '--security-opt', 'apparmor=unconfined'],
  ];
}

/** The control groups that systemd needs: cgroup v2 gives each container its own tree. */
function cgroupArguments(): string[] {
  return existsSync('/sys/fs/cgroup/cgroup.controllers')
    ? ['--cgroupns', 'private']
    : ['--volume', '/sys/fs/cgroup:/sys/fs/cgroup:ro'];
}
