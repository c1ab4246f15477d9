import { expect } from 'chai';
import { ServerHost, type Played } from '../../support/serverHost.js';

const LISTEN = 'import signal, socket; s = socket.create_server(("0.0.0.0", PORT)); signal.pause()';

describe('the Ansible role hardening', function () {
  this.timeout(600_000);
  const host = new ServerHost('test-hardening', 27, []);
  const play = (variables: Record<string, unknown> = {}, ...options: string[]) =>
    host.play([['hardening']], variables, ...options);
  const succeeded = (played: Played): Played => {
    expect(played.code, played.output.slice(-5000)).to.equal(0);
    return played;
  };
  /** What sshd would do with a new connection. */
  const sshd = async () => (await host.inside('sshd', '-T')).split('\n');
  /** Lets something listen on a port, for whoever gets that far. */
  const listen = async (port: number): Promise<void> => {
    await host.inside(
      'systemd-run',
      '--quiet',
      `--unit=listen-${port}`,
      'python3',
      '-c',
      LISTEN.replace('PORT', String(port)),
    );
    while (!(await host.shell('ss -Hltn')).includes(`:${port} `))
      await new Promise((resolve) => setTimeout(resolve, 100));
  };

  before(async () => {
    await host.up();
    for (const port of [80, 8081]) await listen(port);
  });
  after(() => host.down());

  it('can be tried on a bare host, which stays open', async () => {
    succeeded(await play({}, '--check'));
    expect(await host.reaches(8081)).to.equal(true);
    expect(await host.shell('ls /etc/automation-stack')).to.include('No such file');
  });

  it('closes all ports but those that are named, and lets Ansible in again', async () => {
    succeeded(await play());
    expect(await host.reaches(80)).to.equal(true);
    expect(await host.reaches(8081)).to.equal(false);
    expect(await host.inside('systemctl', 'is-enabled', 'hardening-access')).to.equal('enabled');
    expect(await host.shell('systemctl is-active hardening-access-restore.timer')).to.equal('inactive');
  });

  it('lets nobody in by password, and root not at all', async () => {
    expect(await sshd()).to.include.members([
      'passwordauthentication no',
      'kbdinteractiveauthentication no',
      'permitrootlogin no',
      'allowagentforwarding no',
      'x11forwarding no',
    ]);
  });

  it('lets the host install security updates by itself, and no others', async () => {
    const settings = await host.inside('apt-config', 'dump');
    expect(settings).to.include('APT::Periodic::Unattended-Upgrade "1"');
    const found = await host.shell('unattended-upgrade --dry-run --debug | grep "Allowed origins"');
    expect(found.trim()).to.match(/^Allowed origins are: origin=Debian,codename=\w+-security$/);
  });

  it('changes nothing the second time, nor in a dry run', async () => {
    const again = succeeded(await play());
    expect(again.changed, again.output.match(/^changed: .*/gm)?.join('\n')).to.equal(0);
    expect(succeeded(await play({}, '--check')).changed).to.equal(0);
  });

  it('opens a port that is named later, and leaves other tables alone', async () => {
    await host.inside('nft', 'add table inet somebody_else');
    const dry = succeeded(await play({ hardening_tcp_ports: [80, 8081] }, '--check'));
    expect(dry.output).to.include('+    tcp dport { 80, 8081 } accept');
    expect(await host.reaches(8081)).to.equal(false);
    succeeded(await play({ hardening_tcp_ports: [80, 8081] }));
    expect(await host.reaches(8081)).to.equal(true);
    expect(await host.inside('nft', 'list', 'tables')).to.include('somebody_else');
  });

  it('stops before it locks out the user that Ansible logs in as', async () => {
    const played = await play({ hardening_ssh_users: ['somebody'] });
    expect(played.code).to.equal(2);
    expect(played.output).to.include('Ansible logs in as deploy').and.to.include('add that user to hardening_ssh_users');
    expect(played.changed).to.equal(0);
  });

  it('takes back a firewall that locks Ansible out, and says so', async () => {
    const closed = { hardening_ssh_sources: ['192.0.2.1'], hardening_confirm_timeout: 8 };
    const played = await play(closed);
    expect(played.code).to.equal(2);
    expect(played.output).to.include('the previous ones are in force again');
    expect(await host.reaches(8081)).to.equal(true);
    succeeded(await play({ hardening_tcp_ports: [80, 8081] }));
  });

  it('takes back settings of sshd that let nobody in', async () => {
    const broken = { hardening_ssh_settings: { AuthorizedKeysFile: '/nowhere' }, hardening_confirm_timeout: 8 };
    const played = await play({ ...broken, hardening_tcp_ports: [80, 8081] });
    expect(played.code).to.equal(2);
    expect(played.output).to.include('the previous ones are in force again');
    expect(await sshd()).to.include('authorizedkeysfile /etc/ssh/authorized_keys.d/%u');
  });

  it('restores at boot what was proven', async () => {
    await host.inside('nft', 'delete table inet automation_stack');
    await host.inside('systemctl', 'restart', 'hardening-access');
    expect(await host.inside('nft', 'list', 'table', 'inet', 'automation_stack')).to.include('dport { 80, 8081 }');
  });

  it('removes its firewall where that is not wanted any more', async () => {
    succeeded(await play({ hardening_firewall: false }));
    expect(await host.inside('nft', 'list', 'tables')).not.to.include('automation_stack');
    expect(succeeded(await play({ hardening_firewall: false })).changed).to.equal(0);
  });
});
