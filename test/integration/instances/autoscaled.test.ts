import { expect } from 'chai';
import { CreateLaunchTemplateCommand, DeleteLaunchTemplateCommand } from '@aws-sdk/client-ec2';
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { localUp } from '../../../runner/src/local/up.js';
import { DEBIAN_IMAGE, Instances } from '../../support/instances.js';
import { testLocalContext } from '../../support/localContext.js';
import { Project } from '../../support/project.js';
import { emulator, makeBucket } from '../../support/stateStores.js';

const WAIT_MS = 240_000;

/** Answers with its version; of a bad one /health says so. */
const server = (version: string, status = 200) => `from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(${status} if self.path == "/health" else 200)
        self.end_headers()
        self.wfile.write(b"${version}")

    def log_message(self, *words):
        print("asked for", self.path, flush=True)


HTTPServer(("", 8000), Handler).serve_forever()
`;

/** Gets the artifact, checks it and starts it. */
const BOOT = `#!/bin/sh
set -eu
. /etc/environment
curl -fsS "$AWS_ENDPOINT_URL/\${artifact:bucket}/\${artifact:key}" -o /opt/app.py
echo "\${artifact:sha256}  /opt/app.py" | sha256sum --check --quiet
systemd-run --quiet --unit=shop python3 /opt/app.py
`;

describe('a release on an autoscaling group', function () {
  this.timeout(WAIT_MS);
  const instances = new Instances();
  const name = `asg-${instances.id}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const at = { endpoint: emulator.AWS_ENDPOINT_URL, region: emulator.AWS_REGION, credentials };
  const elb = new ElasticLoadBalancingV2Client(at);
  const scaling = new AutoScalingClient(at);
  const AutoScalingGroupName = name;
  let project: Project;
  let [group, balancer] = ['', ''];

  const answer = async () => (await fetch(`${emulator.AWS_ENDPOINT_URL}/_alb/${name}/`)).text();
  const members = async () => {
    const command = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] });
    const { AutoScalingGroups = [] } = await scaling.send(command);
    return (AutoScalingGroups[0]?.Instances ?? []).map(({ InstanceId = '' }) => InstanceId);
  };
  const refreshes = async () => {
    const command = new DescribeInstanceRefreshesCommand({ AutoScalingGroupName });
    return (await scaling.send(command)).InstanceRefreshes ?? [];
  };
  const release = async (text: string) => {
    project.write('app.py', text);
    project.commit('feat: another answer');
    await project.expect(0, 'push', '--env', 'staging');
  };

  before(async () => {
    await localUp(testLocalContext());
    await instances.begin();
    const made = await elb.send(
      new CreateTargetGroupCommand({
        ...{ Name: name, Protocol: 'HTTP', Port: 8000, VpcId: 'vpc-00000001', TargetType: 'instance' },
        HealthCheckPath: '/health',
      }),
    );
    group = made.TargetGroups?.[0]?.TargetGroupArn ?? '';
    const { LoadBalancers } = await elb.send(new CreateLoadBalancerCommand({ Name: name }));
    balancer = LoadBalancers?.[0]?.LoadBalancerArn ?? '';
    await elb.send(
      new CreateListenerCommand({
        ...{ LoadBalancerArn: balancer, Protocol: 'HTTP', Port: 80 },
        DefaultActions: [{ Type: 'forward', TargetGroupArn: group }],
      }),
    );
    await instances.client.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: name,
        LaunchTemplateData: {
          ...{ ImageId: DEBIAN_IMAGE, InstanceType: 't3.micro', KeyName: `key-${instances.id}` },
          TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Team', Value: 'web' }] }],
        },
      }),
    );
    await scaling.send(
      new CreateAutoScalingGroupCommand({
        ...{ AutoScalingGroupName, MinSize: 1, MaxSize: 4, DesiredCapacity: 2 },
        ...{ VPCZoneIdentifier: 'subnet-00000001', TargetGroupARNs: [group], HealthCheckType: 'ELB' },
        LaunchTemplate: { LaunchTemplateName: name },
      }),
    );
    const bucket = await makeBucket();
    project = Project.of({
      'app.py': server('one'),
      'boot.sh': BOOT,
      'automation-stack.yml': `application: ${name}
branches: { develop: staging }
artifacts:
  app: { context: ., path: app.py, bucket: ${bucket} }
environments:
  staging:
    aws: { region: ${emulator.AWS_REGION} }
    inventory: { user: admin, private-key: ${instances.privateKey}, host-keys: { from: [console] } }
    targets:
      web:
        kind: instances
        artifact: app
        launch-template: ${name}
        user-data: boot.sh
        autoscaling: { group: ${name}, checkpoint-wait: 4s }
        target-group: ${name}
        port: 8000
        unit: shop
        health: { path: /health, for: 2s, interval: 1s, timeout: 30s }
`,
    });
  });
  after(async () => {
    project?.remove();
    await scaling.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName, ForceDelete: true }));
    await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: balancer }));
    await elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: group }));
    for (const LaunchTemplateName of [name, `automation-stack/${name}/staging/web`])
      await instances.client
        .send(new DeleteLaunchTemplateCommand({ LaunchTemplateName }))
        .catch(() => undefined);
    scaling.destroy();
    elb.destroy();
    await instances.end();
  });

  it('replaces its instances one first, and each says of itself what it runs', async () => {
    const before = await members();
    await project.expect(0, 'push', '--env', 'staging');
    const { stderr } = await project.expect(0, 'deploy', '--env', 'staging');
    expect(stderr).to.match(/web {2}1 of 2 instances are new/);
    const now = await members();
    expect(now).to.have.length(2).and.not.to.include.members(before);
    expect(await answer()).to.equal('one');
    const { Tags = [] } = await instances.describe(now[0] ?? '');
    const tags = Object.fromEntries(Tags.map(({ Key = '', Value }) => [Key, Value]));
    expect(tags).to.include({ Team: 'web', 'aws:autoscaling:groupName': name });
    expect(tags).to.have.property('automation-stack:version');
    const { stdout } = await project.expect(0, 'status', '--env', 'staging', '--live');
    expect(stdout).to.include('staging/web (instances): healthy');
    expect(await project.json('instances', 'orphans', '--env', 'staging')).to.deep.equal([]);
  });

  it('is read and logged in to by the instance', async () => {
    const { stdout } = await project.expect(0, 'logs', '--env', 'staging', '--lines', '5');
    expect(stdout).to.include('asked for /health');
    const { stdout: said } = await project.expect(0, 'exec', '--env', 'staging', '--', 'whoami');
    expect(said.trim()).to.equal('admin');
  });

  it('goes back where the first new instance is bad, while the others serve', async () => {
    const [kept = '', other = ''] = await members();
    await release(server('two', 500));
    const answers = new Set<string>();
    const watch = setInterval(() => void answer().then((said) => answers.add(said)), 200);
    const { stderr } = await project.expect(3, 'deploy', '--env', 'staging');
    clearInterval(watch);
    expect(stderr).to.match(/HTTP 500/);
    expect([...answers]).to.deep.equal(['one']);
    const now = await members();
    expect([kept, other].some((id) => now.includes(id))).to.equal(true);
    expect((await refreshes()).some(({ Status }) => Status === 'Cancelled')).to.equal(true);
    expect(await answer()).to.equal('one');
  });

  it('is rolled back by the version that the release before had', async () => {
    await release(server('three'));
    await project.expect(0, 'deploy', '--env', 'staging');
    expect(await answer()).to.equal('three');
    await project.expect(0, 'rollback', '--env', 'staging');
    expect(await answer()).to.equal('one');
  });
});
