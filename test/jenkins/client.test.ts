import { expect } from 'chai';
import { JenkinsClient } from './client.js';
import { FakeController, type Reply } from './fakeController.js';
import { jobPath, tail } from './http.js';

// The real controller is rarely there; what the client sends and reads is tried on a small one that is as strict.
describe('the client of a controller', () => {
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
  const MAIN = 'shop/delivery/main';
  const BUILD = 'job/shop/job/delivery/job/main/7/';
  const logOf = (text: string, more: Readonly<Record<string, string>> = {}) => ({
    text,
    headers: { 'X-Text-Size': String(text.length), ...more },
  });
  /** One that waits with a question, or with none. */
  const waiting = (...executions: object[]) =>
    fake.on(`GET ${BUILD}api/json`, ({ line }) =>
      line.includes('executions')
        ? { json: { actions: [{}, null, { executions }] } }
        : { json: { building: true, result: null } },
    );
  const question = (settled: boolean, parameters: string[] = []) => ({
    id: 'A1',
    settled,
    input: { message: 'Deploy shop to production?', parameters: parameters.map((name) => ({ name })) },
  });
  const asksFor = (...parameterDefinitions: { name: string }[]) =>
    fake.on('GET job/shop/job/rollback/api/json', {
      json: { property: [{}, ...(parameterDefinitions.length > 0 ? [{ parameterDefinitions }] : [])] },
    });

  describe('a build', () => {
    it('is found by its item of the queue, whatever it waits for there', async () => {
      asksFor().on('POST job/shop/job/rollback/build', {
        status: 201,
        headers: { Location: `${fake.url}queue/item/12/` },
      });
      fake.on(
        'GET queue/item/12/api/json',
        { json: { why: 'In the quiet period. Expires in 4 sec' } },
        { json: { why: "Waiting for next available executor on 'linux'" } },
        { json: { why: null, cancelled: false, executable: { number: 3 } } },
      );
      expect(await jenkins.start('shop/rollback')).to.equal(3);
      expect(fake.changes()).to.deep.equal(['POST job/shop/job/rollback/build?delay=0sec']);
    });

    it('gets its parameters where it has some', async () => {
      asksFor({ name: 'environment' }).on('POST job/shop/job/rollback/buildWithParameters', {
        status: 201,
        headers: { Location: '/ci/queue/item/13/' },
      });
      fake.on('GET queue/item/13/api/json', { json: { executable: { number: 4 } } });
      expect(await jenkins.start('shop/rollback', { environment: 'staging', reason: 'a & b = ü' })).to.equal(
        4,
      );
      const sent = fake.asked.find(({ line }) => line.includes('buildWithParameters'));
      expect(sent?.form).to.deep.equal({ environment: 'staging', reason: 'a & b = ü' });
    });

    it('that is the same as one in the queue is that one', async () => {
      asksFor({ name: 'environment' }).on('POST job/shop/job/rollback/buildWithParameters', {
        status: 303,
        headers: { Location: '/ci/queue/item/14/' },
      });
      fake.on('GET queue/item/14/api/json', { json: { executable: { number: 5 } } });
      expect(await jenkins.start('shop/rollback')).to.equal(5);
    });

    it('that was cancelled in the queue, or never leaves it, is told of with the reason', async () => {
      asksFor().on('POST job/shop/job/rollback/build', {
        status: 201,
        headers: { Location: '/ci/queue/item/15/' },
      });
      fake.on('GET queue/item/15/api/json', { json: { why: 'There are no nodes with the label ‘linux’' } });
      expect(await messageOf(jenkins.start('shop/rollback', {}, 0.05))).to.match(
        /waited .* a build of shop\/rollback leaves the queue\nThere are no nodes with the label/,
      );
      fake.on('GET queue/item/15/api/json', { json: { cancelled: true } });
      expect(await messageOf(jenkins.start('shop/rollback'))).to.contain('cancelled in the queue');
    });

    it('of a job that is disabled is refused in its words', async () => {
      asksFor().on('POST job/shop/job/rollback/build', {
        status: 409,
        text: 'shop/rollback is not buildable',
      });
      expect(await messageOf(jenkins.start('shop/rollback'))).to.contain(
        'HTTP 409: shop/rollback is not buildable',
      );
    });

    it('that something else started is found by its number, also of a job that is not there yet', async () => {
      fake.on(
        'GET job/shop/job/delivery/job/main/api/json',
        { status: 404, text: 'Not Found' },
        { json: { lastBuild: null } },
        { json: { lastBuild: { number: 1 } } },
      );
      expect(await jenkins.buildAfter('shop/delivery/main', 0, 5)).to.equal(1);
    });

    it('is waited for; where it ends as another one was expected, the end of its log is told', async () => {
      fake.on(
        `GET ${BUILD}api/json`,
        { json: { building: true, result: null } },
        // Jenkins knows the result a moment before the build is over.
        { json: { building: true, result: 'FAILURE' } },
        { json: { building: false, result: 'FAILURE', description: 'release 1.2.0' } },
      );
      fake.on(`GET ${BUILD}logText/progressiveText`, logOf('ERROR: out of memory\n'));
      expect((await jenkins.ends(MAIN, 7, 'FAILURE')).description).to.equal('release 1.2.0');
      expect(await messageOf(jenkins.ends(MAIN, 7, 'SUCCESS'))).to.equal(
        'shop/delivery/main #7 ended as FAILURE, not as SUCCESS. The end of its log:\nERROR: out of memory',
      );
    });

    it('that never ends is told with the end of its log', async () => {
      fake.on(`GET ${BUILD}api/json`, { json: { building: true, result: null } });
      fake.on(
        `GET ${BUILD}logText/progressiveText`,
        logOf('Waiting for the lock\n', { 'X-More-Data': 'true' }),
      );
      expect(await messageOf(jenkins.ends(MAIN, 7, 'SUCCESS', 0.05))).to.match(
        /waited 0.05 s in vain: .* #7 ends\nThe end of its log:\nWaiting for the lock/,
      );
    });

    it('is stopped, and its job scanned, by POST', async () => {
      fake.on(`POST ${BUILD}stop`, { status: 302, headers: { Location: '..' } });
      fake.on('POST job/shop/job/delivery/build', { status: 302, headers: { Location: '.' } });
      await jenkins.stop(MAIN, 7);
      await jenkins.scan('shop/delivery');
      expect(fake.changes()).to.deep.equal([`POST ${BUILD}stop`, 'POST job/shop/job/delivery/build?delay=0']);
    });

    it('of a branch with a slash is found as Jenkins names it', () => {
      expect(jobPath('shop/delivery/feature%2Fx')).to.equal('job/shop/job/delivery/job/feature%252Fx/');
    });
  });

  describe('a log', () => {
    const pieces: Record<string, Reply> = {
      '0': { text: 'one\n', headers: { 'X-Text-Size': '4', 'X-More-Data': 'true' } },
      '4': { text: 'two\n', headers: { 'X-Text-Size': '8', 'X-More-Data': 'true' } },
    };
    const grows = (last: Record<string, string>) =>
      fake.on(`GET ${BUILD}logText/progressiveText`, ({ line }) => {
        const start = line.split('start=')[1] ?? '';
        return pieces[start] ?? { text: '', headers: { 'X-Text-Size': start, ...last } };
      });

    it('is read piece by piece, of a build that is over and of one that is not', async () => {
      grows({});
      expect(await jenkins.console(MAIN, 7)).to.equal('one\ntwo\n');
      grows({ 'X-More-Data': 'true' });
      expect(await jenkins.console(MAIN, 7)).to.equal('one\ntwo\n');
    });

    it('is waited for until it says something', async () => {
      grows({ 'X-More-Data': 'true' });
      expect(await jenkins.prints(MAIN, 7, /tw./)).to.equal('two');
      expect(await messageOf(jenkins.prints(MAIN, 7, /three/, 0.05))).to.contain('/three/\none\ntwo');
    });

    it('is told by its end', () => {
      expect(tail('1\n2\n3\n', 2)).to.equal('2\n3');
    });
  });

  describe('a question', () => {
    beforeEach(() =>
      fake.on(`POST ${BUILD}input/A1/proceedEmpty`, {}).on(`POST ${BUILD}input/A1/proceed`, {}),
    );

    it('is found among the actions of the build, and let go', async () => {
      waiting(question(false));
      const asked = await jenkins.asks(MAIN, 7);
      expect(asked).to.deep.equal({ id: 'A1', message: 'Deploy shop to production?', parameters: [] });
      await jenkins.proceed(MAIN, 7, asked);
      expect(fake.changes()).to.deep.equal([`POST ${BUILD}input/A1/proceedEmpty`]);
    });

    it('with parameters gets the form that Jenkins reads', async () => {
      waiting(question(false, ['ALLOW_DESTROY', 'NOTE']));
      await jenkins.proceed(MAIN, 7, await jenkins.asks(MAIN, 7), { NOTE: 'ü' });
      expect(JSON.parse(fake.asked.at(-1)?.form['json'] ?? '')).to.deep.equal({
        parameter: [
          { name: 'ALLOW_DESTROY', value: '' },
          { name: 'NOTE', value: 'ü' },
        ],
      });
    });

    it('that is answered already counts for none', async () => {
      waiting(question(true));
      expect(await jenkins.questions(MAIN, 7)).to.deep.equal([]);
    });

    it('can be refused; where Jenkins does not let us, its words are told', async () => {
      waiting(question(false));
      fake.on(`POST ${BUILD}input/A1/abort`, {
        status: 400,
        text: '<p>This input has been already given</p>',
      });
      expect(await messageOf(jenkins.refuse(MAIN, 7, await jenkins.asks(MAIN, 7)))).to.contain(
        'input/A1/abort: HTTP 400: This input has been already given',
      );
    });

    it('that a build never asks is told with the end of its log', async () => {
      fake.on(`GET ${BUILD}api/json`, ({ line }) =>
        line.includes('executions')
          ? { json: { actions: [] } }
          : { json: { building: false, result: 'SUCCESS' } },
      );
      fake.on(`GET ${BUILD}logText/progressiveText`, logOf('done\n'));
      expect(await messageOf(jenkins.asks(MAIN, 7))).to.equal(
        `${MAIN} #7 ended as SUCCESS without asking. done`,
      );
    });
  });
});
