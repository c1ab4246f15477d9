import { readFile } from 'node:fs/promises';
import {
  DescribeInstancesCommand,
  EC2Client,
  ImportKeyPairCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type Instance,
} from '@aws-sdk/client-ec2';
import { everyPage } from '../adapters/aws/pages.js';
import { StackError } from '../base/errors.js';
import { emulatorClient, unless } from './awsTools.js';
import { waitUntil, type LocalContext } from './localContext.js';

/** The Debian of the local EC2, whose user is `admin`. */
const IMAGE = 'ami-0deb1200000000001';
const KEY = 'automation-stack-local';
/** How long an instance may take to start or to end, in milliseconds. */
const LIMIT_MS = 60_000;

export interface LaunchedInstance {
  readonly name: string;
  readonly instanceId: string;
  /** Where this machine reaches it, on every port. */
  readonly address: string;
}

/**
 * Launches an EC2 instance that lets in the key of this environment, and waits until it runs; an existing one stays.
 * @param name its Name tag; there is one instance of a name
 * @param tags its other tags
 * @throws StackError TOOL_FAILED where it does not come to run
 */
export async function launchInstance(
  local: LocalContext,
  name: string,
  tags: Readonly<Record<string, string>>,
): Promise<LaunchedInstance> {
  const client = new EC2Client(emulatorClient(local.settings));
  try {
    if ((await instanceNamed(client, name)) === undefined) {
      const PublicKeyMaterial = await readFile(`${local.settings.privateKey}.pub`);
      await unless(['InvalidKeyPair.Duplicate'], () =>
        client.send(new ImportKeyPairCommand({ KeyName: KEY, PublicKeyMaterial })),
      );
      await client.send(
        new RunInstancesCommand({
          ...{ ImageId: IMAGE, InstanceType: 't3.small', MinCount: 1, MaxCount: 1, KeyName: KEY },
          TagSpecifications: [
            {
              ResourceType: 'instance',
              Tags: Object.entries({ ...tags, Name: name }).map(([Key, Value]) => ({ Key, Value })),
            },
          ],
        }),
      );
    }
    let found: Instance | undefined;
    const runs = async () => (found = await instanceNamed(client, name))?.State?.Name === 'running';
    if (!(await waitUntil(local, runs, LIMIT_MS))) throw failed(`the instance ${name} does not run`, found);
    const { InstanceId = '', PrivateIpAddress = '' } = found ?? {};
    return { name, instanceId: InstanceId, address: PrivateIpAddress };
  } finally {
    client.destroy();
  }
}

/** Terminates the instance of a name and waits until its host is gone; a missing one is no error. */
export async function terminateInstance(local: LocalContext, name: string): Promise<boolean> {
  const client = new EC2Client(emulatorClient(local.settings));
  try {
    const { InstanceId } = (await instanceNamed(client, name)) ?? {};
    if (InstanceId === undefined) return false;
    await client.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
    const isGone = async () => (await instanceNamed(client, name)) === undefined;
    if (!(await waitUntil(local, isGone, LIMIT_MS)))
      throw failed(`the instance ${name} does not go away`, await instanceNamed(client, name));
    return true;
  } finally {
    client.destroy();
  }
}

/** The instance of a name that is not terminated. */
async function instanceNamed(client: EC2Client, name: string): Promise<Instance | undefined> {
  const reservations = await everyPage(async (NextToken) => {
    const answer = await client.send(new DescribeInstancesCommand({ NextToken }));
    return { items: answer.Reservations, next: answer.NextToken };
  });
  return reservations
    .flatMap(({ Instances }) => Instances ?? [])
    .find(
      ({ State, Tags }) =>
        State?.Name !== 'terminated' && Tags?.some(({ Key, Value }) => Key === 'Name' && Value === name),
    );
}

const failed = (what: string, found: Instance | undefined): StackError =>
  new StackError('TOOL_FAILED', what, {
    where: `${found?.InstanceId ?? 'no instance'} is ${found?.State?.Name ?? 'not there'}`,
    evidence: [found?.StateReason?.Message ?? ''].filter((line) => line !== ''),
    next: 'node runner local status',
  });
