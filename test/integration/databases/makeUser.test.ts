import { expect } from 'chai';
import { execa } from 'execa';
import { readFileSync } from 'node:fs';
import {
  databaseImage,
  MASTER,
  network,
  startDatabase,
  type DatabaseServer,
} from '../../support/databases.js';

const script = (engine: string) =>
  readFileSync(new URL(`../../../terraform/modules/database-user/${engine}.sh`, import.meta.url), 'utf8');

for (const [engine, title] of [
  ['mysql', 'MariaDB'],
  ['postgres', 'PostgreSQL'],
] as const) {
  describe(`the task that makes a database user, on ${title}`, function () {
    this.timeout(400_000);
    const user = { username: 'shop_app', password: 'A1b2C3d4E5' };
    let image: string;
    let server: DatabaseServer;

    before(async () => {
      image = await databaseImage();
      server = await startDatabase(image, engine);
    });
    after(() => server?.remove());

    const run = (over: Readonly<Record<string, string>> = {}) => {
      const env = {
        DATABASE_HOST: server.address,
        DATABASE_PORT: String(server.port),
        DATABASE_NAME: 'shop_data',
        MASTER_USERNAME: MASTER.username,
        MASTER_PASSWORD: MASTER.password,
        USER_NAME: user.username,
        USER_PASSWORD: user.password,
        WAIT_SECONDS: '60',
        ...over,
      };
      const names = Object.keys(env).flatMap((name) => ['-e', name]);
      return execa('docker', ['run', '--rm', ...network(), ...names, image, 'sh', '-c', script(engine)], {
        env,
        all: true,
        reject: false,
      });
    };

    it('waits for the database, and makes the user and its database', async () => {
      const { exitCode, all } = await run();
      expect(exitCode, all).to.equal(0);
      expect(all).to.contain('shop_app owns the database shop_data and can sign in');
      const made = 'CREATE TABLE post (id int); INSERT INTO post VALUES (42); SELECT id FROM post;';
      expect(await server.sql(user, 'shop_data', made)).to.contain('42');
    });

    it('gives it nothing of any other database', async () => {
      const before = { username: 'other', password: 'Zz9' };
      await run({ USER_NAME: before.username, USER_PASSWORD: before.password, DATABASE_NAME: 'shopXdata' });
      expect(await server.sql(before, 'shopXdata', 'CREATE TABLE own (id int);')).not.to.match(
        /error|denied/i,
      );
      const foreign = await server.sql(user, 'shopXdata', 'SELECT * FROM own;');
      expect(foreign).to.match(/denied/i);
    });

    it('changes nothing that is stored when it runs again', async () => {
      expect((await run()).exitCode).to.equal(0);
      expect(await server.sql(user, 'shop_data', 'SELECT id FROM post;')).to.contain('42');
    });

    it('gives it another password', async () => {
      expect((await run({ USER_PASSWORD: 'Other9' })).exitCode).to.equal(0);
      expect(await server.sql(user, 'shop_data', 'SELECT 1;')).to.match(/denied|authentication failed/i);
      expect(
        await server.sql({ ...user, password: 'Other9' }, 'shop_data', 'SELECT id FROM post;'),
      ).to.contain('42');
    });

    it('says that the master is refused, and tells no password', async () => {
      const { exitCode, all } = await run({ MASTER_PASSWORD: 'wrong-one' });
      expect(exitCode).to.equal(77);
      expect(all).to.contain('the database refuses the master user dbadmin').and.not.to.contain('wrong-one');
    });

    it('gives up on a database that does not answer', async () => {
      const { exitCode, all } = await run({ DATABASE_PORT: '1', WAIT_SECONDS: '4' });
      expect(exitCode).to.equal(75);
      expect(all).to.contain('the database does not answer');
    });

    it('refuses values that could be read as something else', async () => {
      const { exitCode, all } = await run({ USER_PASSWORD: "x'; DROP" });
      expect(exitCode).to.equal(64);
      expect(all).not.to.contain('DROP');
    });
  });
}
