import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ServerHost, type Played } from '../support/serverHost.js';

const ROLE = [['artifact_release']];
/** What a shell and systemd would each make something else of. */
const ODD = 'a "b" \'c\' \\ $HOME `id` %h é';

describe('a release from a file, on a bare host', function () {
  this.timeout(300_000);
  const host = new ServerHost('test-artifact', 28, ['web']);
  let folder: string;

  /** Variables of a release whose artifact is this file. */
  const released = (file: string, version: string): Record<string, unknown> => ({
    application: 'shop',
    artifact_release_file: file,
    artifact_release_sha256: createHash('sha256').update(readFileSync(file)).digest('hex'),
    artifact_release_size: statSync(file).size,
    artifact_release_version: version,
    artifact_release_port: 80,
    artifact_release_health_path: '/health',
    artifact_release_health_timeout: 5,
    artifact_release_command: ['python3', 'server.py'],
    artifact_release_environment: { APP_ENVIRONMENT: ODD, APP_SWITCH: true },
  });
  /** The example's server in an archive, with another greeting. */
  const packed = (greeting: string): string => {
    const text = readFileSync('examples/s3-artifact/app/server.py', 'utf8').replace('"hello"', `"${greeting}"`);
    writeFileSync(join(folder, 'server.py'), text);
    const file = join(folder, `${greeting}.tar.gz`);
    execFileSync('tar', ['--create', '--gzip', '--file', file, '--directory', folder, 'server.py']);
    return file;
  };
  const ended = (played: Played, code: number): Played => {
    expect(played.code, played.output.slice(-4000)).to.equal(code);
    return played;
  };
  const answer = async () => (await (await fetch(host.url('/'))).json()) as Record<string, unknown>;
  const process = () => host.inside('systemctl', 'show', '--property=MainPID,User', 'shop');

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'automation-stack-artifact-'));
    await host.up();
  });
  after(async () => {
    await host.down();
    rmSync(folder, { recursive: true, force: true });
  });

  it('can be tried without a change, then runs as a service without privileges', async () => {
    const variables = released(packed('one'), '1.0.0');
    ended(await host.play(ROLE, variables, '--check'), 0);
    expect(await host.shell('ls /srv; ls /etc/shop.env')).not.to.match(/^shop/m);
    ended(await host.play(ROLE, variables), 0);
    expect(await answer()).to.include({ greeting: 'one', version: '1.0.0', environment: ODD });
    expect(await host.shell('ps -o uid= -p $(systemctl show --value --property=MainPID shop)')).to.match(/^\d{5}$/);
    expect(await host.inside('stat', '--format=%a %U', '/etc/shop.env')).to.equal('600 root');
  });

  it('changes nothing the second time, and leaves the process alone', async () => {
    const before = await process();
    const again = ended(await host.play(ROLE, released(join(folder, 'one.tar.gz'), '1.0.0')), 0);
    expect(again.changed, again.output.match(/^changed: .*/gm)?.join('\n')).to.equal(0);
    expect(await process()).to.equal(before);
  });

  it('refuses a file with another checksum, and leaves what runs', async () => {
    const variables = released(packed('two'), '1.1.0');
    const before = await process();
    copyFileSync(join(folder, 'one.tar.gz'), join(folder, 'two.tar.gz'));
    const { output } = ended(await host.play(ROLE, variables), 2);
    expect(output).to.match(/is not the artifact of 1\.1\.0: its checksum is/);
    expect(await answer()).to.include({ greeting: 'one' });
    expect(await process()).to.equal(before);
  });

  it('goes on after a run that was cut short, takes the next release, and fails where it does not answer', async () => {
    const variables = released(packed('two'), '1.1.0');
    const partial = `/srv/shop/releases/${String(variables['artifact_release_sha256'])}.partial`;
    await host.shell(`mkdir ${partial}; echo old > ${partial}/left`);
    ended(await host.play(ROLE, variables), 0);
    expect(await answer()).to.include({ greeting: 'two', version: '1.1.0' });
    expect(await host.shell('ls /srv/shop/current/')).to.equal('server.py');
    const broken = { ...variables, artifact_release_command: ['python3', 'nothing.py'] };
    ended(await host.play(ROLE, broken), 2);
  });

  it('says where there is no room', async () => {
    const variables = { ...released(packed('three'), '1.2.0'), artifact_release_size: 10 ** 15 };
    expect(ended(await host.play(ROLE, variables), 2).output).to.match(/There is no room for 1\.2\.0/);
  });
});
