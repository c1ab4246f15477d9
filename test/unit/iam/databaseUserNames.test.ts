import { expect } from 'chai';
import { familyOf } from '../../../runner/src/iam/databaseUserNames.js';

describe('what a policy names of a database user', () => {
  it('is the family of its task definition, whichever the revision', () => {
    expect(familyOf('arn:aws:ecs:eu-west-1:111111111111:task-definition/shop-database-user:3')).to.equal(
      'shop-database-user',
    );
    expect(familyOf('shop-database-user')).to.equal('shop-database-user');
  });
});
