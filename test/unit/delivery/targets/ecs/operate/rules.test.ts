import { expect } from 'chai';
import fc from 'fast-check';
import { newerOrSame } from '../../../../../../runner/src/base/versionOrder.js';
import {
  execLacks,
  type ExecFacts,
} from '../../../../../../runner/src/delivery/targets/ecs/rules/execReadiness.js';
import { linesOf, ToldEvents } from '../../../../../../runner/src/delivery/targets/ecs/rules/logEvents.js';
import { expectedCount, planScale } from '../../../../../../runner/src/delivery/targets/ecs/rules/scaling.js';

describe('what a session in a container lacks', () => {
  const ready: ExecFacts = {
    isEnabled: true,
    isServiceEnabled: true,
    agent: 'RUNNING',
    taskRole: 'arn:aws:iam::111111111111:role/web',
    hasReadOnlyRoot: false,
    platformVersion: '1.4.0',
  };
  const stopped = { ...ready, agent: 'STOPPED' };
  const rows: readonly (readonly [string, ExecFacts, readonly RegExp[]])[] = [
    ['nothing where its agent runs', ready, []],
    ['nothing where its agent runs, whatever else is odd', { ...ready, hasReadOnlyRoot: true }, []],
    [
      'its service',
      { ...ready, isEnabled: false, isServiceEnabled: false },
      [/disabled \(enableExecuteCommand\)/],
    ],
    ['a start since it was enabled', { ...ready, isEnabled: false }, [/started before ECS Exec was enabled/]],
    ['a role', { ...stopped, taskRole: undefined }, [/no task role/]],
    [
      'a role and a writable root',
      { ...stopped, taskRole: undefined, hasReadOnlyRoot: true },
      [/no task role/, /read-only/],
    ],
    ['a newer platform', { ...stopped, platformVersion: '1.3.0' }, [/Fargate 1\.3\.0 has no ECS Exec/]],
    ['a moment', { ...ready, agent: 'PENDING' }, [/still starting/]],
    ['the agent', { ...ready, agent: undefined }, [/no agent/]],
    ['permissions', { ...stopped, agentReason: 'no channel' }, [/agent is stopped \(no channel\)/]],
  ];
  for (const [what, facts, words] of rows) {
    it(`is ${what}`, () => {
      const lacks = execLacks(facts, 'node runner restart');
      expect(lacks).to.have.lengthOf(words.length);
      for (const [at, word] of words.entries()) expect(lacks[at]?.why).to.match(word);
    });
  }

  it('tells the four permissions by name', () => {
    const [lack] = execLacks(stopped, 'node runner restart');
    expect(lack?.next).to.include('ssmmessages:OpenDataChannel').and.include('role/web');
  });
});

describe('versions of numbers', () => {
  it('are compared part by part', () => {
    expect(newerOrSame('1.10.0', '1.9.9')).to.equal(true);
    expect(newerOrSame('1.4', '1.4.0')).to.equal(true);
    expect(newerOrSame('1.2.463.0', '1.2.497.0')).to.equal(false);
    expect(newerOrSame('LATEST', '1.4.0')).to.equal(true);
  });
});

describe('what scaling means', () => {
  const command = 'node runner scale --env staging --target web';
  const bounds = { min: 2, max: 10 };

  it('is a number where nothing scales the service', () => {
    expect(planScale({ count: 4 }, undefined, command)).to.deep.equal({ count: 4 });
    expect(planScale({ min: 4 }, undefined, command))
      .to.have.property('why')
      .that.includes('no bounds');
  });

  it('is refused as a number where autoscaling would change it again, with the command that holds', () => {
    expect(planScale({ count: 12 }, bounds, command)).to.deep.equal({
      why: 'autoscaling keeps it between 2 and 10 tasks, and would change the number again',
      next: `${command} --min 12 --max 12 changes the bounds.`,
    });
  });

  it('moves one bound past the other only with it', () => {
    expect(planScale({ min: 12 }, bounds, command)).to.deep.equal({ bounds: { min: 12, max: 12 } });
    expect(planScale({ max: 1 }, bounds, command)).to.deep.equal({ bounds: { min: 1, max: 1 } });
    expect(planScale({ min: 5, max: 3 }, bounds, command)).to.have.property('why');
    expect(planScale({ count: 20, max: 12 }, bounds, command)).to.have.property('why');
    expect(planScale({ count: 5, max: 12 }, bounds, command)).to.deep.equal({
      count: 5,
      bounds: { min: 2, max: 12 },
    });
  });

  it('leads to a number between the bounds', () => {
    expect(expectedCount({ bounds: { min: 4, max: 6 } }, 2)).to.equal(4);
    expect(expectedCount({ bounds: { min: 4, max: 6 } }, 9)).to.equal(6);
    expect(expectedCount({ count: 5 }, 2)).to.equal(5);
  });
});

describe('events of a log that is read again and again', () => {
  it('are told once each, however late they arrive within the overlap', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.integer({ min: 0, max: 20 }), late: fc.integer({ min: 0, max: 3 }) }), {
          maxLength: 40,
        }),
        (written) => {
          // Time goes on by one a reading; an event shows at most 3 after it was written.
          const events = written.map(({ at, late }, index) => ({
            id: String(index),
            stream: 'a',
            at,
            shows: at + late,
          }));
          const told = new ToldEvents(0, 4);
          const seen: string[] = [];
          for (let now = 0; now <= 25; now += 1) {
            const page = events.filter(({ at, shows }) => shows <= now && at >= told.fromMs);
            for (const event of page) if (told.take(event)) seen.push(event.id);
            told.forget();
          }
          expect([...seen].sort()).to.deep.equal(events.map(({ id }) => id).sort());
        },
      ),
    );
  });

  it('leave out what was told from the end of a stream, and no more', () => {
    const told = new ToldEvents(0, 1000);
    told.toldEnd('a', [{ at: 5 }, { at: 7 }, { at: 7 }]);
    const take = (id: string, at: number, stream = 'a') => told.take({ id, stream, at });
    expect([take('1', 5), take('2', 7), take('3', 7), take('4', 7), take('5', 8)]).to.deep.equal([
      false,
      false,
      false,
      true,
      true,
    ]);
    expect(take('6', 5, 'b')).to.equal(true);
    expect(take('4', 7)).to.equal(false);
  });

  it('may be several lines, and keep the empty ones within', () => {
    expect(linesOf('one\n\ntwo\n')).to.deep.equal(['one', '', 'two']);
    expect(linesOf('')).to.deep.equal(['']);
  });
});
