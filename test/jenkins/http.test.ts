import { expect } from 'chai';
import { JenkinsClient } from './client.js';
import { FakeController } from './fakeController.js';

describe('reaching a controller', () => {
  let fake: FakeController;
  let jenkins: JenkinsClient;
  beforeEach(async () => {
    fake = await FakeController.start();
    jenkins = client('a token');
  });
  afterEach(() => fake.stop());

  const client = (secret: string) => new JenkinsClient({ url: fake.url, user: 'admin', secret }, 5);
  const messageOf = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'no failure',
      (error: Error) => error.message,
    );

  describe('logging in', () => {
    it('makes a token with the password, by a crumb in the session that it was given in', async () => {
      const place = 'user/admin/descriptorByName/jenkins.security.ApiTokenProperty/generateNewToken';
      fake.on(`POST ${place}`, { json: { status: 'ok', data: { tokenValue: 'a token' } } });
      fake.on('GET api/json', { json: { mode: 'EXCLUSIVE' } });
      const withToken = await client('a password').withToken('suite');
      expect(fake.asked.at(-1)?.form).to.deep.equal({ newTokenName: 'suite' });
      expect(await withToken.session()).to.equal('first');
    });

    it('is told where it is refused, in the words of the page', async () => {
      expect(await messageOf(client('wrong').session())).to.equal(
        'GET api/json?tree=mode: HTTP 401: Invalid password/token for user',
      );
    });

    it('is told where Jenkins would show its login page', async () => {
      fake.on('GET api/json', { status: 302, headers: { Location: '/ci/login?from=%2Fci%2Fapi%2Fjson' } });
      expect(await messageOf(jenkins.session())).to.contain('user or token is wrong');
    });

    it('is told where a password changes something without a crumb', async () => {
      expect(await messageOf(client('a password').scan('shop'))).to.contain('No valid crumb');
    });
  });

  describe('the controller', () => {
    it('is waited for while it starts', async () => {
      fake.starting = 3;
      fake.on('GET api/json', { json: { mode: 'EXCLUSIVE' } });
      expect(await jenkins.ready(5)).to.equal('first');
    });

    it('that never starts is told with what it said last', async () => {
      fake.starting = 1_000_000;
      expect(await messageOf(jenkins.ready(0.05))).to.match(
        /Jenkins answers\n.*HTTP 503: Jenkins is getting ready/,
      );
    });

    it('is restarted; it is there again when its session is another one', async () => {
      fake.on('GET api/json', { json: { mode: 'EXCLUSIVE' } });
      fake.on('POST safeRestart', () => {
        setTimeout(() => {
          fake.starting = 2;
          fake.session = 'second';
        }, 20);
        return { status: 302, headers: { Location: '.' } };
      });
      await jenkins.restart(5);
      expect(await jenkins.session()).to.equal('second');
    });

    it('runs a script, and what that throws is a failure', async () => {
      fake.on('POST scriptText', ({ form }) => ({
        text:
          form['script'] === 'println 1'
            ? '1\n'
            : 'groovy.lang.MissingPropertyException: No such property: x\n\tat X\n',
      }));
      expect(await jenkins.http.script('println 1')).to.equal('1');
      expect(await messageOf(jenkins.http.script('x'))).to.equal(
        'script console: groovy.lang.MissingPropertyException: No such property: x',
      );
    });

    it('takes configuration as text, and says what is wrong with it', async () => {
      fake.on('POST configuration-as-code/apply', ({ body }) =>
        body.startsWith('jobs:')
          ? {}
          : { status: 500, text: '<pre>UnknownAttributesException: jenkns</pre>' },
      );
      expect((await jenkins.http.post('configuration-as-code/apply', 'jobs: []\n')).status).to.equal(200);
      expect(await messageOf(jenkins.http.post('configuration-as-code/apply', 'jenkns: {}\n'))).to.contain(
        'HTTP 500: UnknownAttributesException: jenkns',
      );
    });

    it('that is not there is told', async () => {
      await fake.stop();
      expect(await messageOf(jenkins.session())).to.contain('ECONNREFUSED');
      fake = await FakeController.start();
    });
  });
});
