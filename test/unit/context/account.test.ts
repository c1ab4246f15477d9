import { expect } from 'chai';
import type { Context } from '../../../runner/src/context/context.js';
import { requireAccount } from '../../../runner/src/context/account.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { rejection } from '../../support/rejection.js';

const CONFIG = `application: shop
environments:
  anywhere: {}
  production: { aws: { region: eu-west-1, account: "111111111111" } }
`;

describe('the account of an environment', () => {
  let place: Deployment;
  let asked: number;

  /** AWS says the credentials are this account's. */
  const withIdentity = (account: string): Context => {
    const call = async () => {
      asked += 1;
      return { Account: account, Arn: `arn:aws:iam::${account}:user/ada` };
    };
    const aws = async () => ({ account: '111111111111', sts: async () => ({}), call }) as never;
    return { ...place.context, aws };
  };

  beforeEach(async () => {
    asked = 0;
    place = await deployment({ 'automation-stack.yml': CONFIG });
  });
  afterEach(() => place.remove());

  it('refuses the credentials of another one, naming both', async () => {
    const environment = await place.context.environment('production');
    const error = await rejection(
      requireAccount(withIdentity('222222222222'), environment),
      'AWS_ACCOUNT_MISMATCH',
    );
    expect(error.message).to.contain('222222222222');
    expect(error.where).to.contain('111111111111');
  });

  it('accepts its own', async () => {
    await requireAccount(withIdentity('111111111111'), await place.context.environment('production'));
    expect(asked).to.equal(1);
  });

  it('asks nothing where the configuration names none', async () => {
    await requireAccount(withIdentity('222222222222'), await place.context.environment('anywhere'));
    expect(asked).to.equal(0);
  });
});
