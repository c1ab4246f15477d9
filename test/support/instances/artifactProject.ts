import { randomBytes } from 'node:crypto';
import {
  DescribeInstancesCommand,
  EC2Client,
  TerminateInstancesCommand,
  type Instance,
} from '@aws-sdk/client-ec2';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { emulatorClient } from '../../../runner/src/local/awsTools.js';
import { createResource, deleteResource } from '../../../runner/src/local/resources.js';
import { emulatorUrl, loadBalancerUrl } from '../../../runner/src/local/settings.js';
import { localUp } from '../../../runner/src/local/up.js';
import { testLocalContext } from '../localContext.js';
import { Project } from '../project.js';

/** Fetches the artifact as user data has to: the very version, its checksum, and a service that outlives a stop. */
const BOOT = `#!/bin/sh
set -eu
. /etc/environment
mkdir -p /srv/shop && cd /srv/shop
curl --fail --silent --show-error --output app.py \\
  "$AWS_ENDPOINT_URL/\${artifact:bucket}/\${artifact:key}?versionId=\${artifact:object-version}"
echo "\${artifact:sha256}  app.py" | sha256sum --check
zone=$(curl --fail --silent http://169.254.169.254/latest/meta-data/placement/availability-zone)
cat > /etc/systemd/system/shop.service <<UNIT
[Service]
Environment=ZONE=$zone VERSION=\${release:version}
ExecStart=python3 /srv/shop/app.py
[Install]
WantedBy=multi-user.target
UNIT
systemctl enable --now shop
`;

/** Says its name; /health answers with a status. */
const serving = (
  name: string,
  health: number,
): string => `from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(${health} if self.path == "/health" else 200)
        self.end_headers()
        self.wfile.write(b"${name}")

ThreadingHTTPServer(("", 8000), Handler).serve_forever()
`;

/** A project whose releases are one file each, on instances of the local EC2 that user data configures. */
export class ArtifactProject {
  readonly id = `t${randomBytes(4).toString('hex')}`;
  readonly application = `shop-${this.id}`;
  readonly bucket = `${this.id}-artifacts`;
  private readonly local = testLocalContext();
  private readonly ec2 = new EC2Client(emulatorClient(this.local.settings));
  readonly s3 = new S3Client({ ...emulatorClient(this.local.settings), forcePathStyle: true });
  private readonly faults = `${emulatorUrl(this.local.settings)}/_local/fault`;
  private readonly url = loadBalancerUrl(this.local.settings, this.id);
  private readonly buckets = [this.bucket];
  project!: Project;

  async begin(): Promise<void> {
    await localUp(this.local);
    await createResource(this.local, 'bucket', this.bucket, []);
    await createResource(this.local, 'launch-template', this.id, []);
    await createResource(this.local, 'load-balancer', this.id, [
      'type=instance',
      'port=8000',
      'health=/health',
    ]);
    const files = { 'automation-stack.yml': '', 'boot.sh': BOOT, 'app.py': '' };
    this.project = Project.of(files);
    this.configure({});
  }

  async end(): Promise<void> {
    const ids = (await this.instances()).map(({ InstanceId }) => InstanceId as string);
    if (ids.length > 0) await this.ec2.send(new TerminateInstancesCommand({ InstanceIds: ids }));
    for (const [kind, name] of [
      ['load-balancer', this.id],
      ['launch-template', this.id],
    ] as const)
      await deleteResource(this.local, kind, name, []);
    for (const name of this.buckets) await deleteResource(this.local, 'bucket', name, []);
    this.ec2.destroy();
    this.s3.destroy();
    this.project.remove();
  }

  /** Writes the configuration. @param target what is different from two instances in two zones, kept for an hour */
  configure(
    target: Readonly<Record<string, unknown>>,
    artifact: Readonly<Record<string, unknown>> = {},
  ): void {
    const config = {
      application: this.application,
      branches: { develop: 'staging' },
      artifacts: { app: { path: 'app.py', bucket: this.bucket, ...artifact } },
      environments: {
        staging: {
          aws: { region: 'eu-west-1' },
          inventory: {
            ...{ user: 'admin', 'private-key': this.local.settings.privateKey },
            'host-keys': { from: ['console'], file: '.automation-stack/learned' },
          },
          targets: {
            web: {
              ...{ kind: 'instances', artifact: 'app', 'launch-template': this.id, count: 2, port: 8000 },
              subnets: ['subnet-00000001', 'subnet-00000002'],
              ...{ 'user-data': 'boot.sh', 'target-group': this.id, keep: '1h', drain: '2s' },
              health: { path: '/health', for: '1s', interval: '200ms', timeout: '45s' },
              ...target,
            },
          },
        },
      },
    };
    this.project.write('automation-stack.yml', JSON.stringify(config));
  }

  /**
   * Commits another release.
   * @param name what it answers
   * @param health status of its health path
   */
  release(name: string, health = 200): void {
    this.project.write('app.py', serving(name, health));
    this.project.commit(`feat: ${name}`);
  }

  /** What the load balancer answers, over a number of requests. */
  async served(): Promise<readonly string[]> {
    const answers = await Promise.all(Array.from({ length: 12 }, async () => (await fetch(this.url)).text()));
    return [...new Set(answers)].sort();
  }

  /** What work gives, and every request to the load balancer that failed meanwhile. */
  async underLoad<T>(
    work: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly failed: readonly string[] }> {
    const failed: string[] = [];
    let isOver = false;
    const ask = async () => {
      while (!isOver) {
        const problem = await fetch(this.url).then(
          ({ status }) => (status === 200 ? undefined : `HTTP ${status}`),
          (error: Error) => error.message,
        );
        if (problem !== undefined) failed.push(problem);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const load = ask();
    try {
      return { result: await work(), failed };
    } finally {
      isOver = true;
      await load;
    }
  }

  /** The release that an instance was launched for. */
  versionOf(instance: Instance | undefined): string {
    return instance?.Tags?.find(({ Key }) => Key === 'automation-stack:version')?.Value ?? '';
  }

  /** All instances of the project, once each is running or stopped; terminated ones left out. */
  async instances(): Promise<readonly Instance[]> {
    for (let tries = 0; ; tries += 1) {
      const now = await this.instancesNow();
      if (tries === 100 || now.every(({ State }) => ['running', 'stopped'].includes(State?.Name ?? '')))
        return now;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  private async instancesNow(): Promise<readonly Instance[]> {
    const Filters = [{ Name: 'tag:automation-stack:application', Values: [this.application] }];
    const { Reservations = [] } = await this.ec2.send(new DescribeInstancesCommand({ Filters }));
    return Reservations.flatMap(({ Instances = [] }) => Instances).filter(
      ({ State }) => !['terminated', 'shutting-down'].includes(State?.Name ?? ''),
    );
  }

  /** `0.2.0 running eu-west-1a` of each, sorted. */
  async stand(): Promise<readonly string[]> {
    return (await this.instances())
      .map((one) => `${this.versionOf(one)} ${one.State?.Name} ${one.Placement?.AvailabilityZone}`)
      .sort();
  }

  /** A bucket that keeps no versions; its name. */
  async plainBucket(): Promise<string> {
    const Bucket = `${this.id}-plain`;
    await this.s3.send(new CreateBucketCommand({ Bucket }));
    this.buckets.push(Bucket);
    return Bucket;
  }

  /** Refuses launches, as `/_local/fault` is told. */
  async fault(body: Readonly<Record<string, unknown>>): Promise<void> {
    await fetch(this.faults, { method: 'PUT', body: JSON.stringify(body) });
  }

  async noFault(): Promise<void> {
    await fetch(this.faults, { method: 'DELETE' });
  }
}
