import { readFile } from 'node:fs/promises';
import {
  CreateLaunchTemplateCommand,
  DeleteKeyPairCommand,
  DeleteLaunchTemplateCommand,
  DescribeLaunchTemplatesCommand,
  EC2Client,
  ImportKeyPairCommand,
} from '@aws-sdk/client-ec2';
import { emulatorClient, unless } from './awsTools.js';
import { notRunningError } from './localContext.js';
import type { LocalSettings } from './settings.js';

/** The Debian of the local EC2, whose user is `admin`. */
const DEBIAN_IMAGE = 'ami-0deb1200000000001';
const NO_TEMPLATE = [
  'InvalidLaunchTemplateName.NotFoundException',
  'InvalidLaunchTemplateId.NotFoundException',
];

interface LaunchTemplate {
  readonly name: string;
  readonly id: string;
}

/**
 * Creates a launch template of Debian, and a key pair of the same name: that of this environment. Existing ones stay.
 * @throws StackError TOOL_FAILED where the environment has no key, as it is not up
 */
export async function createLaunchTemplate(settings: LocalSettings, name: string): Promise<LaunchTemplate> {
  const PublicKeyMaterial = await readFile(`${settings.privateKey}.pub`).catch(() => {
    throw notRunningError();
  });
  const client = new EC2Client(emulatorClient(settings));
  await unless(['InvalidKeyPair.Duplicate'], () =>
    client.send(new ImportKeyPairCommand({ KeyName: name, PublicKeyMaterial })),
  );
  const id =
    (await templateNamed(client, name)) ??
    (
      await client.send(
        new CreateLaunchTemplateCommand({
          LaunchTemplateName: name,
          LaunchTemplateData: { ImageId: DEBIAN_IMAGE, InstanceType: 't3.micro', KeyName: name },
        }),
      )
    ).LaunchTemplate?.LaunchTemplateId;
  client.destroy();
  if (id === undefined) throw new Error(`the emulator created no launch template ${name}`);
  return { name, id };
}

/** Removes the launch template and its key pair; missing ones are no error. Instances stay. */
export async function deleteLaunchTemplate(settings: LocalSettings, name: string): Promise<boolean> {
  const client = new EC2Client(emulatorClient(settings));
  const deleted = await unless(NO_TEMPLATE, () =>
    client.send(new DeleteLaunchTemplateCommand({ LaunchTemplateName: name })),
  );
  await client.send(new DeleteKeyPairCommand({ KeyName: name }));
  client.destroy();
  return deleted !== undefined;
}

async function templateNamed(client: EC2Client, name: string): Promise<string | undefined> {
  const found = await unless(NO_TEMPLATE, () =>
    client.send(new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: [name] })),
  );
  return found?.LaunchTemplates?.find((one) => one.LaunchTemplateName === name)?.LaunchTemplateId;
}
