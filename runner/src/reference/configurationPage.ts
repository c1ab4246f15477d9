interface SchemaNode {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: string | number | boolean;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly 'x-references'?: readonly string[];
}

/** The reference of automation-stack.yml: every key with its type, default and meaning, made from the JSON Schema. */
export function configurationPage(schema: unknown): string {
  const rows = walk(schema as SchemaNode, '');
  return `# automation-stack.yml

Made from the schema by \`make docs\`. Unknown keys are refused; \`node runner config check\` reports every error with its line.
Durations are written \`30s\`, \`10m\`, \`1h30m\`. \`NAME\` stands for a name that you choose.

Text needs no quotes: \`3.10\`, \`012345678901\`, \`on\` and \`12e5\` stay as they are typed, as values and as names. Write numbers
in plain digits (\`80\`, never \`0x50\`). In variables of Ansible and Terraform, which take any value, a number is a number if it
reads the same when it is written again; \`3.10\`, \`0644\` and \`12345678901234567890\` stay text. Aliases and merge keys (\`<<\`) are followed;
duplicate keys, unknown tags and a second document are refused.

## References

The column *References* says which of these a text may contain. They are resolved only when they are needed, and secrets are masked wherever
they would be shown. Anywhere else, and with an unknown source or an invalid name, \`config check\` refuses \`\${\`.

| Reference | Stands for |
| --- | --- |
| \`\${env:NAME}\`, \`\${env:NAME:-value}\` | An environment variable, with a default where it is not set or empty. |
| \`\${secret-env:NAME}\` | The same, always masked, whatever its name. |
| \`\${ssm:/path}\` | A parameter of the SSM Parameter Store. |
| \`\${secret:name}\`, \`\${secret:name#key}\` | A secret of Secrets Manager, or one key of the JSON object in it. |
| \`\${output:name}\`, \`\${output:ENVIRONMENT/name}\` | An output of the environment's Terraform root, or of another environment's; with a path into it: \`\${output:hosts.web-1.address}\`. |
| \`\${release:version}\`, \`\${release:commit}\`, \`\${release:branch}\` | The release that is deployed. |
| \`$\${\` | \`\${\` itself: for a shell, a template of Terraform. |

In variables of Ansible and Terraform a reference that stands alone keeps its type: a number, a map, a list. Within other text
and in environment variables a map or list is written as JSON; any other place refuses it. The value of a reference is never searched
for references.

## Keys

| Key | Type | Default | References | Meaning |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function walk(node: SchemaNode, path: string): string[] {
  const rows: string[] = [];
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    const here = path === '' ? key : `${path}.${key}`;
    rows.push(row(here, child, node.required?.includes(key) === true));
    rows.push(...inside(child, here));
  }
  return rows;
}

function inside(node: SchemaNode, path: string): string[] {
  const rows = walk(node, path);
  if (typeof node.additionalProperties === 'object')
    rows.push(...inside(node.additionalProperties, `${path}.NAME`));
  for (const branch of [...(node.oneOf ?? []), ...(node.anyOf ?? [])]) {
    const kind = branch.properties?.['kind']?.const;
    rows.push(...inside(branch, kind === undefined ? path : `${path} (${kind})`));
  }
  return rows;
}

function row(path: string, node: SchemaNode, required: boolean): string {
  const fallback =
    node.default === undefined ? (required ? '**required**' : '') : code(JSON.stringify(node.default));
  const references = referencesOf(node).join(', ');
  return `| ${code(path)} | ${typeOf(node)} | ${fallback} | ${references} | ${(node.description ?? '').replaceAll('|', '\\|')} |`;
}

/** Sources of the value itself, or of what a map or list of plain values holds. */
function referencesOf(node: SchemaNode): readonly string[] {
  const values = typeof node.additionalProperties === 'object' ? [node.additionalProperties] : [];
  const inner = [...values, ...(node.items === undefined ? [] : [node.items]), ...(node.anyOf ?? [])];
  return node['x-references'] ?? [...new Set(inner.flatMap(referencesOf))];
}

function typeOf(node: SchemaNode): string {
  if (node.const !== undefined) return code(JSON.stringify(node.const));
  if (node.enum !== undefined) return node.enum.map((item) => code(String(item))).join(', ');
  const branches = node.anyOf ?? node.oneOf;
  if (branches !== undefined) return [...new Set(branches.map(typeOf))].join(' or ');
  if (node.type === 'array') return `list of ${node.items === undefined ? 'anything' : typeOf(node.items)}`;
  if (node.type === 'object') return 'map';
  return typeof node.type === 'string' ? node.type : (node.type?.join(' or ') ?? 'any');
}

const code = (text: string) => `\`${text.replaceAll('|', '\\|')}\``;
