import { expect } from 'chai';
import { StopInstancesCommand } from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { localUp } from '../../../runner/src/local/up.js';
import { Instances } from '../../support/instances.js';
import { testLocalContext } from '../../support/localContext.js';
import { emulator } from '../../support/stateStores.js';

/** Serves its name on port 8000; /health answers only where it is healthy, /slow after 2 s, /begun how many of these began. */
const serving = (name: string, healthy: boolean) =>
  Buffer.from(
    `#!/bin/sh
cat > /srv/serve.py <<'EOF'
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

begun = 0

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        global begun
        if self.path == "/slow":
            begun += 1
            time.sleep(2)
        self.send_response(404 if self.path == "/health" and ${healthy ? 'False' : 'True'} else 200)
        self.end_headers()
        self.wfile.write((str(begun) if self.path == "/begun" else "${name}").encode())

ThreadingHTTPServer(("", 8000), Handler).serve_forever()
EOF
systemd-run --quiet python3 /srv/serve.py
`,
  ).toString('base64');

describe('a target group of EC2 instances', function () {
  this.timeout(90_000);
  const instances = new Instances();
  const name = `rig-${instances.id}`;
  const client = new ElasticLoadBalancingV2Client({
    endpoint: emulator.AWS_ENDPOINT_URL,
    region: emulator.AWS_REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const url = `${emulator.AWS_ENDPOINT_URL}/_alb/${name}/`;
  let [group, balancer] = ['', ''];
  const register = (Id: string) =>
    client.send(new RegisterTargetsCommand({ TargetGroupArn: group, Targets: [{ Id }] }));
  const state = async (id: string) => {
    const { TargetHealthDescriptions = [] } = await client.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: group }),
    );
    return TargetHealthDescriptions.find(({ Target }) => Target?.Id === id)?.TargetHealth;
  };
  const until = async (id: string, wanted: string | undefined) => {
    for (let tries = 0; tries < 150 && (await state(id))?.State !== wanted; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await state(id))?.State).to.equal(wanted);
  };

  before(async () => {
    await localUp(testLocalContext());
    await instances.begin();
    const groups = await client.send(
      new CreateTargetGroupCommand({
        ...{ Name: name, Protocol: 'HTTP', Port: 8000, VpcId: 'vpc-00000001' },
        ...{ TargetType: 'instance', HealthCheckPath: '/health' },
      }),
    );
    group = groups.TargetGroups?.[0]?.TargetGroupArn ?? '';
    const balancers = await client.send(new CreateLoadBalancerCommand({ Name: name }));
    balancer = balancers.LoadBalancers?.[0]?.LoadBalancerArn ?? '';
    await client.send(
      new CreateListenerCommand({
        ...{ LoadBalancerArn: balancer, Protocol: 'HTTP', Port: 80 },
        DefaultActions: [{ Type: 'forward', TargetGroupArn: group }],
      }),
    );
  });
  after(async () => {
    await client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: balancer }));
    await client.send(new DeleteTargetGroupCommand({ TargetGroupArn: group }));
    client.destroy();
    await instances.end();
  });

  it('sends requests to those that are healthy, and says why others get none', async () => {
    const [good = ''] = await instances.run({ UserData: serving('good', true) });
    const [bad = ''] = await instances.run({ UserData: serving('bad', false) });
    const early = await register(good).catch((error: Error) => error.name);
    expect(early).to.equal('InvalidTargetException');
    for (const one of [good, bad]) {
      await instances.until(one, 'running');
      await register(one);
    }
    await until(good, 'healthy');
    await instances.ssh(bad, 'cloud-init', 'status', '--wait');
    expect(await state(bad)).to.deep.include({ State: 'unhealthy', Reason: 'Target.ResponseCodeMismatch' });
    const answers = await Promise.all(Array.from({ length: 20 }, async () => (await fetch(url)).text()));
    expect(new Set(answers)).to.deep.equal(new Set(['good']));

    await instances.client.send(new StopInstancesCommand({ InstanceIds: [bad] }));
    await instances.until(bad, 'stopped');
    expect(await state(bad)).to.deep.include({ State: 'unused', Reason: 'Target.InvalidState' });

    // One that leaves answers what it was asked before.
    const slow = fetch(`${url}slow`);
    while ((await (await fetch(`${url}begun`)).text()) !== '1') continue;
    await client.send(new DeregisterTargetsCommand({ TargetGroupArn: group, Targets: [{ Id: good }] }));
    expect((await state(good))?.State).to.equal('draining');
    expect((await slow).status).to.equal(200);
    await until(good, undefined);
    await instances.terminate(good, bad);
    await instances.until(bad, 'terminated');
    expect((await fetch(url)).status).to.equal(503);
  });
});
