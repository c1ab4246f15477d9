interface SchemaNode {
  readonly type?: string;
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
}

/** The reference of automation-stack.yml: every key with its type, default and meaning, made from the JSON Schema. */
export function configurationPage(schema: unknown): string {
  const rows = walk(schema as SchemaNode, '');
  return `# automation-stack.yml

Made from the schema by \`make docs\`. Unknown keys are refused; \`node runner config check\` reports every error with its line.
Durations are written \`30s\`, \`10m\`, \`1h30m\`. \`NAME\` stands for a name of your own.

Any text may hold references, looked up only when they are needed and masked wherever they would be shown:
\`\${env:NAME}\` (with a default: \`\${env:NAME:-value}\`), \`\${secret-env:NAME}\` for a secret that is
not known as one by its name ([secrets](secrets.md)), \`\${ssm:/path}\`, \`\${secret:name}\` or \`\${secret:name#key}\`, and
\`\${output:name}\` for an output of the environment's Terraform root, \`\${output:ENVIRONMENT/name}\` for another environment's, and paths into
both, \`\${output:hosts.web-1.address}\`. What is a reference to a map or list and no more becomes that map or list.

| Key | Type | Default | Meaning |
| --- | --- | --- | --- |
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
  return `| ${code(path)} | ${typeOf(node)} | ${fallback} | ${(node.description ?? '').replaceAll('|', '\\|')} |`;
}

function typeOf(node: SchemaNode): string {
  if (node.const !== undefined) return code(JSON.stringify(node.const));
  if (node.enum !== undefined) return node.enum.map((item) => code(String(item))).join(', ');
  const branches = node.anyOf ?? node.oneOf;
  if (branches !== undefined) return [...new Set(branches.map(typeOf))].join(' or ');
  if (node.type === 'array') return `list of ${node.items === undefined ? 'anything' : typeOf(node.items)}`;
  if (node.type === 'object') return 'map';
  return node.type ?? 'any';
}

const code = (text: string) => `\`${text.replaceAll('|', '\\|')}\``;
