import { expect } from 'chai';
import { cli } from '../../support/cli.js';

describe('the variables of the local environment', () => {
  it('are printed as they are, for the shell and for programs: a masked token would lead nowhere', async () => {
    expect((await cli(['local', 'env'])).stdout)
      .to.match(/^export SLACK_BOT_TOKEN='?xoxb-/m)
      .and.not.contain('***');
    expect(JSON.parse((await cli(['local', 'env', '--json'])).stdout)).to.have.property(
      'SLACK_BOT_TOKEN',
      'xoxb-local-token',
    );
  });
});
