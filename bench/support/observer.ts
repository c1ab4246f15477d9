import { request } from 'node:http';
import { judgeService } from '../../runner/src/domain/ecsService.js';
import { serviceView, type Service } from '../../runner/src/adapters/aws/ecs.js';

/** What the platform itself took for one rollout. */
export interface Rollout {
  /** `performance.now()` when the new deployment was first seen. */
  readonly acceptedAt: number;
  /** `performance.now()` when it was first seen stable. */
  readonly stableAt: number;
  readonly taskDefinition: string;
}

const EVERY_MS = 30;

/**
 * Watches a service by looking every 30 ms, past the proxy that counts calls, and tells when the next rollout began
 * and when it was stable. It knows nothing of the tool that deploys.
 */
export class PlatformObserver {
  constructor(
    private readonly endpoint: string,
    private readonly cluster: string,
    private readonly service: string,
  ) {}

  /** Starts watching, from what runs now; `ended` resolves when the next rollout is stable. */
  async nextRollout(): Promise<{ readonly ended: Promise<Rollout> }> {
    const before = (await this.look()).taskDefinition;
    return { ended: this.watch(before) };
  }

  private async watch(before: string | undefined): Promise<Rollout> {
    let acceptedAt: number | undefined;
    for (const started = performance.now(); performance.now() - started < 120_000;) {
      const service = await this.look();
      const seenAt = performance.now();
      if (service.taskDefinition !== undefined && service.taskDefinition !== before) {
        acceptedAt ??= seenAt;
        const { taskDefinition } = service;
        const verdict = judgeService(serviceView(service), { taskDefinition });
        if (verdict.state === 'stable') return { acceptedAt, stableAt: seenAt, taskDefinition };
      }
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
    throw new Error('the platform did not become stable within two minutes');
  }

  /** One bare request: an SDK would cost the machine more than the emulator's answer does. */
  private look(): Promise<Service> {
    const body = JSON.stringify({ cluster: this.cluster, services: [this.service] });
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonEC2ContainerServiceV20141113.DescribeServices',
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/ecs/aws4_request',
    };
    return new Promise((resolve, reject) => {
      const sent = request(this.endpoint, { method: 'POST', headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(service(Buffer.concat(chunks).toString())));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

function service(body: string): Service {
  const parsed = JSON.parse(body) as { services?: Service[] };
  // Times come as numbers here; nothing that judges the service looks at them.
  const found = parsed.services?.[0] ?? {};
  return {
    ...found,
    deployments: (found.deployments ?? []).map((one) => ({ ...one, createdAt: undefined })),
  };
}
