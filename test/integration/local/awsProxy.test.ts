import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs';
import { expect } from 'chai';
import { AwsProxy } from '../../support/awsProxy.js';

describe('the proxy before the emulator', () => {
  let behind: Server;
  let proxy: AwsProxy;
  const client = (maxAttempts: number) =>
    new ECSClient({
      endpoint: proxy.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts,
    });
  const describeServices = (maxAttempts = 3) =>
    client(maxAttempts).send(new DescribeServicesCommand({ services: ['hello'] }));

  beforeEach(async () => {
    behind = createServer((_request, response) => response.end('{"services":[]}'));
    await new Promise<void>((resolve) => behind.listen(0, '127.0.0.1', resolve));
    proxy = await AwsProxy.start(`http://127.0.0.1:${(behind.address() as AddressInfo).port}`);
  });
  afterEach(async () => {
    await proxy.stop();
    behind.close();
    behind.closeAllConnections();
  });

  it('passes calls on and counts them by action', async () => {
    expect((await describeServices()).services).to.deep.equal([]);
    await describeServices();
    expect(proxy.counts()).to.deep.equal({ 'ECS.DescribeServices': 2 });
  });

  it('throttles as often as it is told; the SDK survives what its attempts allow', async () => {
    proxy.throttle(/^ECS\./, 1);
    await describeServices(2);
    expect(proxy.calls.map(({ status, injected }) => [status, injected])).to.deep.equal([
      [400, true],
      [200, false],
    ]);
    proxy.throttle(/^ECS\./, 1);
    expect(await describeServices(1).catch((error: Error) => error.name)).to.equal('ThrottlingException');
  });

  it('lets credentials expire', async () => {
    proxy.fail(/DescribeServices/, 1, 'expired');
    expect(await describeServices(1).catch((error: Error) => error.name)).to.equal('ExpiredTokenException');
  });
});
