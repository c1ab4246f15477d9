import { expect } from 'chai';
import { configuredChannels } from '../../../runner/src/context/kinds.js';
import { kinds } from '../../../runner/src/kinds.js';

describe('the channels of a configuration', () => {
  const keys = (notifications: Record<string, object> | undefined) =>
    configuredChannels(kinds, notifications === undefined ? undefined : { notifications }).map(
      ({ key }) => key,
    );

  it('are those that it names, in the order of the kinds', () => {
    expect(keys({ gitlab: {}, slack: { channel: '#x' } })).to.deep.equal(['slack', 'gitlab']);
  });

  it('are none where it names none, or cannot be read', () => {
    expect(keys({})).to.deep.equal([]);
    expect(keys(undefined)).to.deep.equal([]);
  });
});
