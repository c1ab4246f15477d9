import { expect } from 'chai';
import { addressOf, moduleResources } from '../support/terraform/resources.js';

describe('the roles that modules make', () => {
  const roles = moduleResources().filter(({ type }) => type === 'aws_iam_role');

  it('can be made in an account that asks for a permissions boundary and a path', () => {
    expect(roles).not.to.be.empty;
    const lacking = roles.filter(
      ({ block }) =>
        block.arguments.get('permissions_boundary') !== 'var.permissions_boundary' ||
        block.arguments.get('path') !== 'var.path',
    );
    expect(lacking.map(addressOf)).to.deep.equal([]);
  });
});
