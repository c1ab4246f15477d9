import { expect } from 'chai';
import { createAwsClients } from '../../../../runner/src/adapters/aws/clients.js';
import { latestValue } from '../../../../runner/src/adapters/aws/cloudWatch.js';
import { readQuota } from '../../../../runner/src/adapters/aws/quotas.js';
import { SecretRegistry } from '../../../../runner/src/secrets/redact.js';
import { AwsProxy } from '../../../support/awsProxy.js';
import { denying, quotas, type Quotas } from '../../../support/aws/simulator.js';
import { rejection } from '../../../support/rejection.js';

const CODE = 'L-3032A538';

describe('quotas', () => {
  let proxy: AwsProxy;
  const { signal } = new AbortController();
  before(async () => (proxy = await AwsProxy.start('http://127.0.0.1:1')));
  beforeEach(() => proxy.clear());
  after(() => proxy.stop());

  const aws = () =>
    createAwsClients({
      region: 'eu-west-1',
      env: { AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'very-secret', AWS_ENDPOINT_URL: proxy.url },
      secrets: new SecretRegistry(),
    });
  const read = (there: Omit<Quotas, 'used'>) => {
    proxy.use(quotas({ used: {}, ...there }));
    return readQuota(aws(), 'fargate', CODE, signal);
  };
  const usage = {
    ...{ namespace: 'AWS/Usage', name: 'ResourceCount', statistic: 'Maximum' },
    dimensions: { Class: 'Standard/OnDemand', Resource: 'vCPU', Service: 'Fargate', Type: 'Resource' },
  };

  it('are those of the account, with the metric that counts them', async () => {
    expect(await read({ applied: { [CODE]: 30 }, defaults: { [CODE]: 6 } })).to.deep.equal({
      value: 30,
      usage,
    });
    expect(Object.keys(proxy.counts())).to.deep.equal(['ServiceQuotas.GetServiceQuota']);
  });

  it('are those of AWS where the account has none of its own', async () => {
    expect(await read({ defaults: { [CODE]: 6 }, named: false })).to.deep.equal({ value: 6 });
  });

  it('may not be there at all', async () => {
    expect(await read({})).to.equal(undefined);
  });

  it('may not be asked', async () => {
    proxy.use(denying(/ServiceQuotas/));
    await rejection(readQuota(aws(), 'fargate', CODE, signal), 'AWS_ACCESS_DENIED');
  });

  it('are used as CloudWatch counted last', async () => {
    proxy.use(quotas({ used: { 'Standard/OnDemand': 12.5 } }));
    const now = Date.now();
    expect(await latestValue(aws(), usage, now, signal)).to.equal(12.5);
    proxy.use(quotas({ used: {} }));
    expect(await latestValue(aws(), usage, now, signal)).to.equal(undefined);
  });
});
