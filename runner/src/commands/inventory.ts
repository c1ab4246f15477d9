import { flag, type CommandDefinition } from './command.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'inventory',
    summary: 'Show the hosts of an environment',
    description:
      'Hosts come from Terraform’s outputs, from EC2 tags, or from what `inventory` names. With `--yaml` or `--list` ' +
      'the output is an inventory that `ansible-playbook -i` reads.',
    environment: 'required',
    options: [
      { name: 'list', description: 'Print JSON as a dynamic inventory does, with `_meta`.' },
      { name: 'yaml', description: 'Print an Ansible inventory in YAML.' },
    ],
    examples: [
      { command: 'inventory --env staging', explains: 'all hosts, by name, address and group' },
      { command: 'inventory --env staging --yaml > hosts.yml', explains: 'for Ansible, typed by hand' },
    ],
    async run(context, input) {
      const { inventoryOf } = await import('../hosts/inventory.js');
      const { inventoryDocument, inventoryList } = await import('../hosts/rules/inventoryText.js');
      const { hosts, routeOf } = await inventoryOf(context, await context.environment());
      if (flag(input, 'list')) {
        const data = inventoryList(hosts, routeOf);
        return { data, text: JSON.stringify(data, null, 2) };
      }
      const data = { hosts };
      if (flag(input, 'yaml')) {
        const [{ Document, visit }, { looksLikeTemplate }] = await Promise.all([
          import('yaml'),
          import('../base/template.js'),
        ]);
        // Ansible reads YAML 1.1, and takes for a template whatever is not marked as data.
        const document = new Document(inventoryDocument(hosts, routeOf), { version: '1.1' });
        visit(document, {
          Scalar(_, node) {
            if (typeof node.value === 'string' && looksLikeTemplate(node.value)) node.tag = '!unsafe';
          },
        });
        return { data, text: document.toString({ lineWidth: 0 }).trimEnd() };
      }
      const { hostAddress } = await import('../domain/host.js');
      const rows = hosts.map((host) => [host.name, hostAddress(host), host.groups.join(', ')]);
      const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
      const text = rows.map((row) =>
        row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd(),
      );
      return { data, text: text.length === 0 ? 'no hosts' : text.join('\n') };
    },
  },
];
