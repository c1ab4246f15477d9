import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import type { RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { managedInstances } from '../../runner/src/adapters/aws/runCommand.js';
import { createAwsClients, type AwsClients } from '../../runner/src/adapters/aws/clients.js';
import { SecretRegistry } from '../../runner/src/secrets/redact.js';
import { Instances } from './instances.js';
import { emulator } from './stateStores.js';

/** Instances of the local EC2 whose agent takes commands of Systems Manager: they have an instance profile. */
export class ManagedInstances {
  readonly instances = new Instances();
  readonly profile = `managed-${this.instances.id}`;
  readonly aws: AwsClients = createAwsClients({ env: emulator, secrets: new SecretRegistry() });

  async begin(): Promise<void> {
    await this.instances.begin();
    const { AWS_ENDPOINT_URL: endpoint, AWS_REGION: region } = emulator;
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const iam = new IAMClient({ endpoint, region, credentials });
    const RoleName = this.profile;
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: '{}' }));
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: RoleName }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: RoleName, RoleName }));
    iam.destroy();
  }

  /** Starts some, and waits until their agents answer. @returns their ids */
  async run(count: number, more: Partial<RunInstancesCommandInput> = {}): Promise<readonly string[]> {
    const profile = { IamInstanceProfile: { Name: this.profile }, MinCount: count, MaxCount: count };
    const ids = await this.instances.run({ ...profile, ...more });
    await this.answering(ids);
    return ids;
  }

  /** Waits until the agents of instances answer. @throws Error after 60 s */
  async answering(ids: readonly string[]): Promise<void> {
    const { signal } = new AbortController();
    for (let tries = 0; tries < 300; tries += 1) {
      if ((await managedInstances(this.aws, ids, signal)).length === ids.length) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`the agents of ${ids.join(', ')} do not answer`);
  }

  end(): Promise<void> {
    return this.instances.end();
  }
}
