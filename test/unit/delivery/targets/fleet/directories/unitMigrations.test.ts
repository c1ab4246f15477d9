import { expect } from 'chai';
import {
  judgeUnit,
  parseJournal,
  parseUnits,
  runUnit,
} from '../../../../../../runner/src/delivery/targets/fleet/directories/unitMigrations.js';

describe('a migration as a unit of systemd', () => {
  const wanted = { image: '/srv/shop-web/releases/ab', digest: '', definition: 'ab', variables: {} };

  it('runs in its release as the user of the application, its variables out of argv', () => {
    const { argv, input } = runUnit(
      {
        ...{ name: 'shop-web-migrate-1', version: 'contract/1.3.0', wanted },
        ...{ command: ['php', 'artisan', '$HOME'], environment: { AUTOMATION_STACK_CONTRACT: '1.3.0' } },
      },
      'www-data',
    );
    expect(input).to.equal("AUTOMATION_STACK_CONTRACT='1.3.0'\n");
    expect(argv.join(' ')).not.to.include('AUTOMATION_STACK_CONTRACT');
    expect(argv.slice(-4)).to.deep.equal(['/usr/bin/env', 'php', 'artisan', '$$HOME']);
    expect(argv)
      .to.include('User=www-data')
      .and.to.include('WorkingDirectory=/srv/shop-web/releases/ab')
      .and.to.include('EnvironmentFile=-/srv/shop-web/releases/ab/.env');
  });

  for (const [what, properties, verdict] of [
    [
      'is at work',
      'ActiveState=active\nSubState=running\nResult=success\nExecMainStatus=0',
      { state: 'running', words: 'unit running' },
    ],
    [
      'has ended well',
      'ActiveState=active\nSubState=exited\nResult=success\nExecMainStatus=0',
      { state: 'ended-well' },
    ],
    [
      'failed',
      'ActiveState=failed\nSubState=failed\nResult=exit-code\nExecMainStatus=3',
      { state: 'failed', reason: 'the command exited with code 3' },
    ],
    [
      'took too much memory',
      'ActiveState=failed\nSubState=failed\nResult=oom-kill\nExecMainStatus=9',
      { state: 'failed', reason: 'the command exited with code 9, killed for using too much memory' },
    ],
  ] as const) {
    it(`${what}`, () => {
      expect(judgeUnit('m', `LoadState=loaded\n${properties}\n`)).to.deep.equal(verdict);
    });
  }

  it('that nobody knows any more did not end well', () => {
    const reason = 'the unit m was removed or stopped';
    expect(judgeUnit('m', 'LoadState=not-found\nActiveState=inactive\n')).to.deep.equal({
      state: 'failed',
      reason,
    });
    expect(judgeUnit('m', '')).to.deep.equal({ state: 'failed', reason });
  });

  it('is listed with the release that it is of', () => {
    const stdout = [
      'shop-web-migrate-1.service loaded active running 1.4.0',
      'shop-web-migrate-2.service loaded active exited contract/1.3.0',
      'shop-web-migrate-3.service loaded failed failed 1.2.0',
      'shop-web-migrate-4.service not-found inactive dead 1.1.0',
      '',
    ].join('\n');
    expect(parseUnits(stdout)).to.deep.equal([
      { name: 'shop-web-migrate-1', state: 'running', version: '1.4.0' },
      { name: 'shop-web-migrate-2', state: 'exited', version: 'contract/1.3.0' },
      { name: 'shop-web-migrate-3', state: 'exited', version: '1.2.0' },
    ]);
  });

  it('is heard without the words of systemd', () => {
    expect(parseJournal('1764406412.123456 web-1 php[12]: Migrating: add table')).to.deep.equal({
      stamp: '1764406412.123456',
      at: 1764406412123,
      line: 'Migrating: add table',
    });
    expect(parseJournal('1764406412.2 web-1 systemd[1]: Started shop-web-migrate-1.service.')).to.equal(
      undefined,
    );
    expect(parseJournal('-- No entries --')).to.equal(undefined);
  });
});
