import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { ServerHost, type Played } from '../../support/serverHost.js';

const LAYERS = ['lamp.yml', 'phpmyadmin.yml', 'application.yml'];
const PASSWORDS = '/etc/automation-stack-mariadb';

/** What a deployment says of its servers. */
const VARIABLES = {
  mariadb_databases: ['notes_1', 'other'],
  mariadb_users: [
    { name: 'notes', privileges: { notes_1: ['ALL PRIVILEGES'] } },
    { name: 'reader', host: '%', password: "leak-'reader\\", privileges: { notes_1: ['SELECT'] } },
  ],
  laravel_app_name: 'notes',
  laravel_app_source: resolve('examples/laravel-ci/app'),
  laravel_app_dependencies: 'packages',
  laravel_app_database: 'notes_1',
  laravel_app_database_user: 'notes',
  laravel_app_health_path: '/health',
  laravel_app_environment: { APP_NAME: 'Notes "of" $HOME', MAIL_PASSWORD: 'leak-mail' },
};

/** A browser, as far as it matters: it keeps cookies. */
class Browser {
  private readonly cookies = new Map<string, string>();

  async open(url: string, form?: Record<string, string>): Promise<Response & { readonly page: string }> {
    const headers = { Cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
    const body = form === undefined ? undefined : new URLSearchParams(form);
    const answer = await fetch(url, {
      headers,
      redirect: 'manual',
      ...(body === undefined ? {} : { method: 'POST', body }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      const at = pair.indexOf('=');
      this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return Object.assign(answer, { page: await answer.text() });
  }
}

/** The value of a hidden field. */
const field = (page: string, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1]?.replaceAll('&quot;', '"') ?? '';

describe('the layers lamp, phpmyadmin and application, on a bare host', function () {
  this.timeout(900_000);
  const host = new ServerHost('test-lamp', 29, ['lamp', 'phpmyadmin', 'laravel']);
  const open = { ...VARIABLES, phpmyadmin_allowed_from: [] as string[] };
  let folder: string;
  let dry: Played;
  let bare: string;
  let tried: string;

  const succeeded = (played: Played): Played => {
    expect(played.code, played.output.slice(-5000)).to.equal(0);
    return played;
  };
  const failed = (played: Played): Played => {
    expect(played.code, played.output.slice(-5000)).to.equal(2);
    return played;
  };
  /** Files of settings, packages and users, as far as a run could have changed them. */
  const state = () =>
    host.shell(
      'dpkg-query --show; cat /etc/passwd; find /etc /srv /usr/local -newer /run/before -type f; ls /var/lib',
    );
  const sql = (user: string, password: string, statement: string, server = 'localhost') =>
    host.inside(
      'env',
      `MYSQL_PWD=${password}`,
      'mariadb',
      '--no-defaults',
      // The shell in a container has no locale for it to go by.
      '--default-character-set=utf8mb4',
      `--user=${user}`,
      `--host=${server}`,
      '--skip-column-names',
      '--execute',
      statement,
    );

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'automation-stack-lamp-'));
    await host.up();
    await host.inside('touch', '/run/before');
    bare = await state();
    dry = await host.play(LAYERS, VARIABLES, '--check');
    tried = await state();
    succeeded(await host.play(LAYERS, VARIABLES));
  });
  after(async () => {
    await host.down();
    rmSync(folder, { recursive: true, force: true });
  });

  it('can be tried on a bare host without changing it, and say what they would install', () => {
    succeeded(dry);
    for (const name of ['nftables', 'apache2', 'php8.2-fpm', 'mariadb-server', 'phpmyadmin', 'php-laravel-framework'])
      expect(dry.output).to.match(new RegExp(`These packages are to be installed: .*${name}`));
    expect(tried).to.equal(bare);
  });

  it('stop before they change anything where settings are wrong, and say which', async () => {
    const wrong: readonly (readonly [string, Record<string, unknown>, string])[] = [
      ['apache', { apache_remote_address_header: 'X-Forwarded-For' }, 'would let every visitor choose an address'],
      ['mariadb', { mariadb_databases: [] }, 'privileges of databases that mariadb_databases does not name: notes_1'],
      ['phpmyadmin', { phpmyadmin_allowed_from: ['office'] }, "has 'office', which is no address or network"],
      ['laravel_app', { laravel_app_source: folder }, `but ${folder} has no artisan`],
    ];
    for (const [role, variables, words] of wrong) {
      const played = failed(await host.play([[role]], { ...VARIABLES, ...variables }));
      expect(played.output, role).to.include(words);
      expect(played.changed, role).to.equal(0);
    }
  });

  it('change nothing the second time', async () => {
    const again = succeeded(await host.play(LAYERS, VARIABLES));
    expect(again.changed, again.output.match(/^changed: .*/gm)?.join('\n')).to.equal(0);
  });

  it('serve the application, which keeps what it is given in MariaDB', async () => {
    const browser = new Browser();
    const { status, page } = await browser.open(host.url('/'));
    expect(status).to.equal(200);
    expect(page).to.include('There is none yet.').and.to.include('Notes &quot;of&quot; $HOME');
    const posted = await browser.open(host.url('/notes'), { _token: field(page, '_token'), text: 'Ünïcode & milk' });
    expect(posted.status).to.equal(302);
    expect((await browser.open(host.url('/'))).page).to.include('Ünïcode &amp; milk');
    const password = await host.inside('cat', `${PASSWORDS}/notes`);
    expect(await sql('notes', password, 'SELECT text FROM notes_1.notes')).to.equal('Ünïcode & milk');
  });

  it('show nobody the files beside the application, nor what server they are', async () => {
    for (const path of ['/.env', '/../.env', '/.git/config', '/artisan', '/storage/logs/laravel.log'])
      expect((await new Browser().open(host.url(path))).status, path).to.be.oneOf([403, 404]);
    const { headers } = await new Browser().open(host.url('/health'));
    expect(headers.get('server')).to.equal('Apache');
    expect(headers.get('x-powered-by')).to.equal(null);
  });

  it('give users of MariaDB their own databases alone, with passwords that root alone reads', async () => {
    expect(await host.inside('stat', '--format', '%a %U', PASSWORDS)).to.equal('700 root');
    expect(await host.inside('stat', '--format', '%a %U', `${PASSWORDS}/notes`)).to.equal('600 root');
    const password = await host.inside('cat', `${PASSWORDS}/notes`);
    expect(password).to.match(/^[\w-]{32}$/);
    expect(await sql('notes', password, 'SHOW DATABASES')).to.equal('information_schema\nnotes_1');
    const reader = VARIABLES.mariadb_users[1]?.password ?? '';
    expect(await sql('reader', reader, 'SELECT COUNT(*) FROM notes_1.notes', '127.0.0.1')).to.match(/^\d+$/);
    const denied = await sql('reader', reader, 'DELETE FROM notes_1.notes', '127.0.0.1').catch(String);
    expect(denied).to.include('DELETE command denied');
    for (const user of ['root', 'nobody'])
      expect(await sql(user, '', 'SELECT 1', '127.0.0.1').catch(String)).to.include('Access denied');
  });

  it('set a changed password and take away what is not named any more', async () => {
    const [notes] = VARIABLES.mariadb_users;
    const users = [notes, { name: 'reader', host: '%', password: 'leak-second', privileges: { other: ['all'] } }];
    const changed = { ...VARIABLES, mariadb_users: users };
    const wanted = succeeded(await host.play([['mariadb']], changed, '--check'));
    expect(wanted.output).to.include("+ALTER USER 'reader'@'%'").and.to.include('+REVOKE ALL PRIVILEGES ON `notes\\_1`.*');
    expect(succeeded(await host.play([['mariadb']], changed)).changed).to.equal(1);
    expect(await sql('reader', 'leak-second', 'SHOW DATABASES', '127.0.0.1')).to.equal('information_schema\nother');
    expect(succeeded(await host.play([['mariadb']], changed)).changed).to.equal(0);
  });

  it('let nobody outside see phpMyAdmin unless they are named', async () => {
    expect((await new Browser().open(host.url('/phpmyadmin/'))).status).to.equal(403);
    expect(await host.shell('curl --silent --location http://127.0.0.1/phpmyadmin/')).to.include('pma_username');
  });

  it('let users of MariaDB log in to phpMyAdmin and see their tables, but not root', async () => {
    open.phpmyadmin_allowed_from = [host.outside];
    const played = succeeded(await host.play(['phpmyadmin.yml'], open));
    expect(played.output).to.include(`+    Require ip ${host.outside}`);
    const login = async (user: string, password: string) => {
      const browser = new Browser();
      const { page } = await browser.open(host.url('/phpmyadmin/index.php?route=/'));
      await browser.open(host.url('/phpmyadmin/index.php?route=/'), {
        pma_username: user,
        pma_password: password,
        server: '1',
        set_session: field(page, 'set_session'),
        token: field(page, 'token'),
      });
      return (await browser.open(host.url('/phpmyadmin/index.php?route=/database/structure&db=notes_1'))).page;
    };
    expect(await login('notes', await host.inside('cat', `${PASSWORDS}/notes`))).to.include('migrations');
    expect(await login('notes', 'wrong')).not.to.include('migrations');
    expect(await login('root', '')).not.to.include('migrations');
    for (const path of ['libraries/', 'setup/', 'templates/', 'sql/create_tables.sql'])
      expect((await new Browser().open(host.url(`/phpmyadmin/${path}`))).status, path).to.equal(403);
  });

  it('apply what an earlier run wrote and could not apply any more', async () => {
    await host.shell("echo 'Header set X-Written-Before yes' > /etc/apache2/conf-enabled/zz-test.conf");
    expect((await new Browser().open(host.url('/health'))).headers.get('x-written-before')).to.equal(null);
    expect(succeeded(await host.play([['apache']], VARIABLES)).changed).to.be.greaterThan(0);
    expect((await new Browser().open(host.url('/health'))).headers.get('x-written-before')).to.equal('yes');
    expect(succeeded(await host.play([['apache']], VARIABLES)).changed).to.equal(0);
  });

  it('leave services alone where their settings are wrong, until these are mended', async () => {
    const wrong = { apache_settings: { NoSuchDirective: 'On' }, mariadb_settings: { 'no-such-setting': 1 } };
    const apache = failed(await host.play([['apache']], { ...VARIABLES, ...wrong }));
    expect(apache.output).to.include("Invalid command 'NoSuchDirective'");
    const mariadb = failed(await host.play([['mariadb']], { ...VARIABLES, ...wrong }));
    expect(mariadb.output).to.include('no-such-setting=1');
    expect((await new Browser().open(host.url('/'))).status).to.equal(200);
    succeeded(await host.play([['apache', 'mariadb']], VARIABLES));
    expect((await new Browser().open(host.url('/'))).status).to.equal(200);
  });

  it('go back to the release before where the application does not answer', async () => {
    const source = join(folder, 'broken');
    cpSync(VARIABLES.laravel_app_source, source, { recursive: true });
    writeFileSync(join(source, 'public/index.php'), '<?php http_response_code(500); exit("broken on purpose");');
    const before = await host.inside('readlink', '/srv/notes/current');
    const broken = { ...VARIABLES, laravel_app_source: source, laravel_app_health_timeout: 2 };
    const played = failed(await host.play(['application.yml'], broken));
    expect(played.output).to.include('notes did not come to answer on /health').and.to.include('The release before is in use again');
    expect(await host.inside('readlink', '/srv/notes/current')).to.equal(before);
    expect((await new Browser().open(host.url('/'))).page).to.include('Ünïcode &amp; milk');
  });

  it('do not switch to a release whose migrations fail', async () => {
    const source = join(folder, 'stuck');
    cpSync(VARIABLES.laravel_app_source, source, { recursive: true });
    const migration = join(source, 'database/migrations/2026_02_01_000000_fail.php');
    writeFileSync(migration, '<?php throw new RuntimeException("broken on purpose");');
    const before = await host.inside('readlink', '/srv/notes/current');
    const played = failed(await host.play(['application.yml'], { ...VARIABLES, laravel_app_source: source }));
    expect(played.output).to.include('broken on purpose');
    expect(await host.inside('readlink', '/srv/notes/current')).to.equal(before);
  });

  it('keep a few releases, never without the one in use', async () => {
    const source = join(folder, 'next');
    cpSync(VARIABLES.laravel_app_source, source, { recursive: true });
    writeFileSync(join(source, 'public/next.txt'), 'next');
    const next = { ...VARIABLES, laravel_app_source: source, laravel_app_keep_releases: 2 };
    expect(succeeded(await host.play(['application.yml'], next, '--check')).output).to.include('/srv/notes/current');
    expect((await new Browser().open(host.url('/next.txt'))).status).to.equal(404);
    succeeded(await host.play(['application.yml'], next));
    expect((await new Browser().open(host.url('/next.txt'))).page).to.equal('next');
    expect((await host.inside('ls', '/srv/notes/releases')).split('\n')).to.have.length(2);
    expect(succeeded(await host.play(['application.yml'], next)).changed).to.equal(0);
  });

  it('have let no secret into what Ansible says, the process list or the journal', async () => {
    expect(host.said.length).to.be.greaterThan(100_000);
    const look = 'ps axeww; cat /proc/[0-9]*/cmdline; journalctl --quiet';
    const seen = await host.shell(look);
    const password = await host.inside('cat', `${PASSWORDS}/notes`);
    const key = await host.inside('cat', '/srv/notes/key/app');
    for (const text of [host.said, seen]) {
      expect(text).not.to.match(/leak-/);
      expect(text.includes(password), 'the password made on the host').to.equal(false);
      expect(text.includes(key), 'the key of the application').to.equal(false);
    }
  });
});
