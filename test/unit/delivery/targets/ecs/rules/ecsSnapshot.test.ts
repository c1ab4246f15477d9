import { expect } from 'chai';
import { readSnapshot } from '../../../../../../runner/src/delivery/targets/ecs/rules/ecsSnapshot.js';
import type { StackError } from '../../../../../../runner/src/base/errors.js';
import type { TargetSnapshot } from '../../../../../../runner/src/domain/records.js';

const snapshot = (fields: object) => fields as TargetSnapshot;

describe('the snapshot of an ECS service', () => {
  it('is what it was written as', () => {
    const written = snapshot({ kind: 'ecs-service', taskDefinition: 'shop:3' });
    expect(readSnapshot(written, 'web')).to.equal(written);
  });

  const others: readonly object[] = [
    { kind: 'fleet', taskDefinition: 'shop:3' },
    { kind: 'ecs-service' },
    { kind: 'ecs-service', taskDefinition: 3 },
    { kind: 'ecs-service', taskDefinition: '' },
  ];
  for (const fields of others)
    it(`is refused where it is ${JSON.stringify(fields)}`, () => {
      let thrown: StackError | undefined;
      try {
        readSnapshot(snapshot(fields), 'web');
      } catch (error) {
        thrown = error as StackError;
      }
      expect(thrown).to.include({ code: 'ROLLBACK_FAILED', where: 'web' });
      expect(thrown?.next).to.contain('node runner deploy');
    });
});
