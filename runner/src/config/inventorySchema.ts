import { transportNames } from '../domain/transport.js';
import * as z from 'zod';
import { duration } from './schemaWords.js';

/** The kinds of text that the schema's other parts are made of. */
interface Kinds {
  readonly group: z.ZodType<string>;
  readonly lookedUp: z.ZodType<string>;
  readonly secret: z.ZodType<string>;
  readonly variables: z.ZodType<Record<string, unknown>>;
}

const port = z.number().int().min(1).max(65535);
const transport = z.enum(transportNames);
const rate = z
  .union([
    z.string().regex(/^(?:0|[1-9]\d*)%?$/, 'must be a number or a share, like 10%'),
    z.number().int().min(0),
  ])
  .transform(String);

/** The section `inventory` of an environment: which hosts there are, and how they are reached. */
export function inventorySchema({ group, lookedUp, secret, variables }: Kinds) {
  const hostKey = z.union([lookedUp, z.array(lookedUp)]);
  const place = {
    address: lookedUp.optional().describe('Name or address.'),
    port: port.optional().describe('SSH port (default: 22).'),
    user: lookedUp.optional().describe('SSH user (default: that of the inventory).'),
    'private-key': lookedUp.optional().describe('SSH private key (default: that of the inventory).'),
    'known-hosts': lookedUp.optional().describe('known_hosts file (default: that of the inventory).'),
    'host-key': hostKey.optional().describe('Its host keys, as in /etc/ssh/ssh_host_*_key.pub.'),
    'instance-id': lookedUp.optional().describe('EC2 instance id, for Session Manager.'),
    transport: transport.optional().describe('How it is reached (default: as the inventory says).'),
  };
  const jump = z.union([lookedUp, z.strictObject(place)]);
  const jumps = z.union([jump, z.array(jump)]);
  const host = z.strictObject({
    ...place,
    groups: z.array(group).optional().describe('Its groups (default: those of the inventory).'),
    'private-address': lookedUp.optional().describe('Address inside the network, for target groups.'),
    'http-port': port.optional().describe('Port on which a load balancer reaches it.'),
    jump: jumps.optional().describe('Jump hosts (default: those of the inventory; [] for none).'),
    vars: variables.optional().describe('Variables that Ansible sees for this host.'),
  });
  return z.strictObject({
    output: lookedUp
      .optional()
      .describe('Terraform output that maps host names to {address, port, user, groups} (default: `hosts`).'),
    tags: z
      .record(z.string(), lookedUp)
      .optional()
      .describe('EC2 tags that select running instances instead.'),
    'groups-tag': lookedUp
      .optional()
      .describe(
        'Tag of these instances that has their groups, separated by spaces, e.g. `groups` = `lamp laravel`; `groups` is for all of them.',
      ),
    hosts: z
      .record(z.string(), host)
      .optional()
      .describe('Hosts by name, for servers that this deployment does not create by Terraform.'),
    file: lookedUp.optional().describe('Existing Ansible inventory: a file, a folder or an executable.'),
    user: lookedUp.optional().describe('SSH user of hosts that name none (default: `ec2-user`).'),
    'private-key': lookedUp
      .optional()
      .describe('Path of the SSH private key (default, and if empty: the SSH agent).'),
    passphrase: secret
      .optional()
      .describe('Passphrase of private keys that are encrypted, e.g. ${env:SSH_PASSPHRASE}.'),
    'known-hosts': lookedUp.optional().describe('known_hosts file (default: ~/.ssh/known_hosts).'),
    'host-keys': z
      .strictObject({
        from: z
          .array(z.enum(['console']))
          .default([])
          .describe(
            'Where keys of new hosts are learned from: `console` is the console output of an EC2 instance.',
          ),
        'first-use': z
          .enum(['refuse', 'accept'])
          .default('refuse')
          .describe('Whether the first key of an unknown host is trusted.'),
        file: lookedUp.optional().describe('File for learned keys (default: one below ~/.automation-stack).'),
      })
      .prefault({})
      .describe('How to learn host keys that are in no known_hosts file.'),
    jump: jumps
      .optional()
      .describe(
        'Jump host (bastion), as user@address:port or {address, port, user, private-key}; several in order.',
      ),
    transport: transport
      .default('ssh')
      .describe(
        'How the first host of the route is reached: `ssh`; `ssm` for a session of AWS Systems Manager to its instance id; or `run-command`, without SSH.',
      ),
    'run-command': z
      .strictObject({
        bucket: lookedUp.describe('Bucket that playbooks and their values go through to the hosts.'),
        prefix: z
          .string()
          .regex(
            /^[A-Za-z0-9][A-Za-z0-9!_.*'()/-]*[A-Za-z0-9]$/,
            'must be a prefix of keys, like playbooks/shop',
          )
          .optional()
          .describe('Prefix of the keys (default: playbooks/APPLICATION).'),
        'max-concurrency': rate
          .default('50')
          .describe('Hosts that run a playbook at the same time: a number, or a share like 10%.'),
        'max-errors': rate
          .default('0')
          .describe('With more failures than this no further host begins: a number, or a share like 10%.'),
        timeout: duration('30m').describe('How long a playbook may run on a host.'),
      })
      .optional()
      .describe('How `transport: run-command` brings playbooks to hosts.'),
    'ssh-config': lookedUp
      .optional()
      .describe('OpenSSH configuration to use, e.g. ~/.ssh/config (default: none).'),
    groups: z.array(group).default([]).describe('Groups of hosts without groups of their own.'),
  });
}
