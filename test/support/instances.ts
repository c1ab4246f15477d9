import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { randomBytes } from 'node:crypto';
import {
  CreateKeyPairCommand,
  DeleteKeyPairCommand,
  DescribeInstancesCommand,
  EC2Client,
  GetConsoleOutputCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type Instance,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { keysOnConsole } from '../../runner/src/hosts/rules/learnedKeys.js';
import { emulator } from './stateStores.js';

const run = promisify(execFile);

/** The machine image of the local EC2 that says what its hosts are: Debian, default user `admin`. */
export const DEBIAN_IMAGE = 'ami-0deb1200000000001';

/** Instances of the local EC2 with a key pair of their own; `end` removes both. */
export class Instances {
  readonly id = randomBytes(4).toString('hex');
  readonly client: EC2Client;
  private readonly made = new Set<string>();
  private folder = '';

  /** @param endpoint the AWS API of a local environment; by default that of all tests */
  constructor(endpoint: string = emulator.AWS_ENDPOINT_URL) {
    this.client = new EC2Client({
      endpoint,
      region: emulator.AWS_REGION,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
  }

  /** Makes the key pair and keeps its private key in a file. */
  async begin(): Promise<void> {
    const pair = await this.client.send(
      new CreateKeyPairCommand({ KeyName: `key-${this.id}`, KeyType: 'ed25519' }),
    );
    this.folder = await mkdtemp(join(tmpdir(), 'automation-stack-instances-'));
    await writeFile(this.privateKey, pair.KeyMaterial ?? '', { mode: 0o600 });
  }

  async end(): Promise<void> {
    await this.terminate(...this.made);
    await this.client.send(new DeleteKeyPairCommand({ KeyName: `key-${this.id}` }));
    await this.leave();
  }

  /** Ends without a word to the AWS API, whose instances go with it. */
  async leave(): Promise<void> {
    this.client.destroy();
    await rm(this.folder, { recursive: true, force: true });
  }

  get privateKey(): string {
    return join(this.folder, 'key');
  }

  /** Starts instances of the Debian image with the key pair. @returns their ids, pending */
  async run(more: Partial<RunInstancesCommandInput> = {}): Promise<readonly string[]> {
    const { Instances: begun = [] } = await this.client.send(
      new RunInstancesCommand({
        ...{ ImageId: DEBIAN_IMAGE, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
        KeyName: `key-${this.id}`,
        ...more,
      }),
    );
    const ids = begun.map(({ InstanceId }) => InstanceId as string);
    for (const one of ids) this.made.add(one);
    return ids;
  }

  async terminate(...ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.client.send(new TerminateInstancesCommand({ InstanceIds: [...ids] }));
    for (const one of ids) this.made.delete(one);
  }

  async describe(id: string): Promise<Instance> {
    const { Reservations } = await this.client.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    return Reservations?.[0]?.Instances?.[0] ?? {};
  }

  /** Waits until an instance is in a state. @throws Error after 30 s */
  async until(id: string, state: string): Promise<Instance> {
    let now: Instance = {};
    for (let tries = 0; tries < 300; tries += 1) {
      now = await this.describe(id);
      if (now.State?.Name === state) return now;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${id} is ${now.State?.Name} and not ${state}: ${now.StateReason?.Message ?? ''}`);
  }

  async console(id: string): Promise<string> {
    const { Output = '' } = await this.client.send(new GetConsoleOutputCommand({ InstanceId: id }));
    return Buffer.from(Output, 'base64').toString('utf8');
  }

  /** Runs a command over SSH as the default user, trusting only the keys on the console. @returns what it printed */
  async ssh(id: string, ...command: readonly string[]): Promise<string> {
    const { PrivateIpAddress = '' } = await this.describe(id);
    const known = join(this.folder, `known-${id}`);
    for (let tries = 0; ; tries += 1) {
      const keys = keysOnConsole(await this.console(id));
      await writeFile(known, keys.map((key) => `${PrivateIpAddress} ${key}\n`).join(''));
      const options = ['BatchMode=yes', 'StrictHostKeyChecking=yes', `UserKnownHostsFile=${known}`].flatMap(
        (one) => ['-o', one],
      );
      try {
        const argv = ['-i', this.privateKey, ...options, `admin@${PrivateIpAddress}`, ...command];
        return (await run('ssh', argv)).stdout.trim();
      } catch (error) {
        // 255 is ssh's own: the host is not ready yet.
        if ((error as { code?: number }).code !== 255 || tries >= 100) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }
}
