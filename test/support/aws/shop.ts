import { randomBytes } from 'node:crypto';
import { AwsProxy } from '../awsProxy.js';
import { Project, type RunResult } from '../project.js';
import { makeBucket } from '../stateStores.js';

/** What the application does, as the script of its image. */
export const SERVES =
  "mkdir -p /www; echo ok > /www/health; trap 'exit 0' TERM; httpd -f -p 8000 -h /www & wait\n";
export const CRASHES = 'echo "DATABASE_URL is not set"; exit 3\n';

/** An application on two ECS services of the emulator, its state in S3, and the built runner behind a proxy. */
export class Shop {
  private constructor(
    readonly id: string,
    readonly bucket: string,
    readonly project: Project,
    readonly proxy: AwsProxy,
  ) {}

  /** @param desired tasks of each service */
  static async open({ desired = 1, migrate = '' } = {}): Promise<Shop> {
    const id = randomBytes(4).toString('hex');
    const bucket = await makeBucket();
    const project = Project.of({
      'automation-stack.yml': config(id, bucket, migrate),
      Dockerfile: 'ARG BASE\nFROM $BASE\nCOPY serve.sh /serve.sh\nCMD ["sh", "/serve.sh"]\n',
      'serve.sh': SERVES,
    });
    const shop = new Shop(
      id,
      bucket,
      project,
      await AwsProxy.start(project.env['AWS_ENDPOINT_URL'] as string),
    );
    for (const name of ['staging', 'production'])
      await project.expect(0, 'local', 'create', 'ecs-service', ...shop.service(name), `desired=${desired}`);
    return shop;
  }

  /** Another version of the application, committed. */
  change(message: string, script: string = SERVES): void {
    this.project.write('serve.sh', `${script}# ${message}\n`);
    this.project.commit(`feat: ${message}`);
  }

  /** Runs a command whose calls all go through the proxy, and throws with its output where it ends otherwise. */
  async run(exitCode: number, ...words: readonly string[]): Promise<RunResult> {
    const result = await this.project.start(words, { AWS_ENDPOINT_URL: this.proxy.url }).ended;
    if (result.exitCode === exitCode) return result;
    const said = `${result.stderr}${result.stdout}`;
    throw new Error(`${words.join(' ')} ended with ${result.exitCode}, not ${exitCode}:\n${said}`);
  }

  async close(): Promise<void> {
    for (const name of ['staging', 'production'])
      await this.project.run('local', 'delete', 'ecs-service', ...this.service(name));
    await this.proxy.stop();
    this.project.remove();
  }

  private service(environment: string): readonly string[] {
    return [`${environment}-${this.id}`, `cluster=shop-${this.id}`];
  }
}

const config = (id: string, bucket: string, migrate: string) => `
application: shop
branches: { develop: staging, main: production }
images:
  web: { repository: test-${id}/web, build-args: { BASE: '\${env:AUTOMATION_STACK_BASE_BUSYBOX}' } }
environments:
  staging:
    aws: { region: eu-west-1, account: '000000000000' }
    targets:
      web:
        kind: ecs-service
        cluster: shop-${id}
        service: staging-${id}
        image: web
        health: { path: /health, for: 1s, timeout: 20s }
${migrate === '' ? '' : `        migrate: ${migrate}\n`}  production:
    extends: staging
    promotion: { from: staging }
    targets: { web: { service: production-${id} } }
state: { location: s3://${bucket}/ci }
`;
