import * as z from 'zod';

/** The kinds of text that the schema's other parts are made of. */
interface Kinds {
  readonly group: z.ZodType<string>;
  readonly lookedUp: z.ZodType<string>;
  readonly secret: z.ZodType<string>;
  readonly variables: z.ZodType<Record<string, unknown>>;
}

const port = z.number().int().min(1).max(65535);
const transport = z.enum(['ssh', 'ssm']);

/** The section `inventory` of an environment: which hosts there are, and how they are reached. */
export function inventorySchema({ group, lookedUp, secret, variables }: Kinds) {
  const hostKey = z.union([lookedUp, z.array(lookedUp)]);
  const place = {
    address: lookedUp.optional().describe('Name or address.'),
    port: port.optional().describe('SSH port; 22 where left out.'),
    user: lookedUp.optional().describe('SSH user; that of the inventory where left out.'),
    'private-key': lookedUp.optional().describe('SSH private key; that of the inventory where left out.'),
    'known-hosts': lookedUp.optional().describe('known_hosts file; that of the inventory where left out.'),
    'host-key': hostKey.optional().describe('Its host keys, as in /etc/ssh/ssh_host_*_key.pub.'),
    'instance-id': lookedUp.optional().describe('EC2 instance; what Session Manager connects to.'),
    transport: transport.optional().describe('How it is reached; as the inventory says where left out.'),
  };
  const jump = z.union([lookedUp, z.strictObject(place)]);
  const jumps = z.union([jump, z.array(jump)]);
  const host = z.strictObject({
    ...place,
    groups: z.array(group).optional().describe('Groups it is in; those of the inventory where left out.'),
    'private-address': lookedUp.optional().describe('Address inside the network, for target groups.'),
    'http-port': port.optional().describe('Port on which a load balancer reaches it.'),
    jump: jumps
      .optional()
      .describe('Hosts to go through; those of the inventory where left out, none for [].'),
    vars: variables.optional().describe('Variables that Ansible sees for this host.'),
  });
  return z.strictObject({
    output: lookedUp
      .optional()
      .describe(
        'Terraform output that maps host names to {address, port, user, groups}; `hosts` by default.',
      ),
    tags: z
      .record(z.string(), lookedUp)
      .optional()
      .describe('EC2 tags that select running instances instead.'),
    hosts: z
      .record(z.string(), host)
      .optional()
      .describe('Hosts by name, for servers that no Terraform of this deployment makes.'),
    file: lookedUp
      .optional()
      .describe('Ansible inventory that exists already: a file, a folder or an executable.'),
    user: lookedUp
      .optional()
      .describe('SSH user where the host itself names none; `ec2-user` where left out.'),
    'private-key': lookedUp
      .optional()
      .describe('Path of the SSH private key; the SSH agent is used where left out.'),
    passphrase: secret
      .optional()
      .describe('Passphrase of private keys that are encrypted, e.g. ${env:SSH_PASSPHRASE}.'),
    'known-hosts': lookedUp.optional().describe('known_hosts file; ~/.ssh/known_hosts where left out.'),
    'host-keys': z
      .strictObject({
        from: z
          .array(z.enum(['console']))
          .default([])
          .describe('Where keys of new hosts are learned from: what an EC2 instance printed on its console.'),
        'first-use': z
          .enum(['refuse', 'accept'])
          .default('refuse')
          .describe('Whether the first key that an unknown host shows is taken on trust.'),
        file: lookedUp
          .optional()
          .describe('File that learned keys are kept in; one below ~/.automation-stack where left out.'),
      })
      .prefault({})
      .describe('How the keys of hosts become known that no known_hosts file holds.'),
    jump: jumps
      .optional()
      .describe(
        'Bastion: a host to go through, as user@address:port or {address, port, user, private-key}; several in order.',
      ),
    transport: transport
      .default('ssh')
      .describe(
        'How the first host of the way is reached: `ssh`, or `ssm` by a session of AWS Systems Manager to its instance id.',
      ),
    'ssh-config': lookedUp
      .optional()
      .describe('OpenSSH configuration that is honoured, e.g. ~/.ssh/config; none where left out.'),
    groups: z.array(group).default([]).describe('Groups of hosts that name none.'),
  });
}
