import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** A block of a provider's schema, as `terraform providers schema -json` prints it. */
export interface Block {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly block_types?: Readonly<Record<string, NestedBlock>>;
  readonly deprecated?: boolean;
}

export interface Attribute {
  readonly type: unknown;
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly computed?: boolean;
  readonly sensitive?: boolean;
  readonly deprecated?: boolean;
}

export interface NestedBlock {
  readonly nesting_mode: string;
  readonly min_items?: number;
  readonly max_items?: number;
  readonly block: Block;
}

export interface Schema {
  readonly version: number;
  readonly block: Block;
}

export interface ProviderSchema {
  readonly provider: Schema;
  readonly resource_schemas: Readonly<Record<string, Schema>>;
  readonly data_source_schemas: Readonly<Record<string, Schema>>;
}

/** The provider whose schema the file holds, as Terraform names it. */
export const awsAddress = 'registry.terraform.io/hashicorp/aws';

/** Where the schema is: beside the repository, since it is too big and too foreign to be committed. */
export function schemaFile(env: NodeJS.ProcessEnv = process.env): string {
  return (
    env.TERRAFORM_AWS_SCHEMA ??
    fileURLToPath(new URL('../../../../shared/terraform/aws-schema-5.46.json.gz', import.meta.url))
  );
}

/**
 * Reads the AWS provider's schema.
 * @param file as `terraform providers schema -json | gzip` makes it
 * @throws Error that says how to come by one
 */
export async function readSchema(file = schemaFile()): Promise<ProviderSchema> {
  const packed = await readFile(file).catch((error: Error) => {
    throw new Error(
      `The modules cannot be tested: terraform init finds no hashicorp/aws provider, and there is no copy of its schema (${error.message}). ` +
        'Let this machine reach a provider registry or mirror, or set TERRAFORM_AWS_SCHEMA to a file made with `terraform providers schema -json | gzip`.',
    );
  });
  const document = JSON.parse(gunzipSync(packed).toString('utf8')) as {
    provider_schemas: Record<string, ProviderSchema>;
  };
  const schema = document.provider_schemas[awsAddress];
  if (schema === undefined) throw new Error(`${file} holds no schema of ${awsAddress}.`);
  return schema;
}

/** The block as the wire wants it: lists in place of maps, types as JSON text in bytes. */
function wireBlock(block: Block): object {
  return {
    attributes: Object.entries(block.attributes ?? {}).map(([name, { type, ...flags }]) => ({
      name,
      type: Buffer.from(JSON.stringify(type)),
      ...flags,
    })),
    block_types: Object.entries(block.block_types ?? {}).map(([name, nested]) => ({
      type_name: name,
      nesting: nested.nesting_mode.toUpperCase(),
      min_items: nested.min_items ?? 0,
      max_items: nested.max_items ?? 0,
      block: wireBlock(nested.block),
    })),
    deprecated: block.deprecated ?? false,
  };
}

const wireSchema = ({ version, block }: Schema) => ({ version, block: wireBlock(block) });

const wireSchemas = (schemas: Readonly<Record<string, Schema>>) =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, wireSchema(schema)]));

/** The answer to GetSchema. */
export function wireProviderSchema(schema: ProviderSchema): object {
  return {
    provider: wireSchema(schema.provider),
    resource_schemas: wireSchemas(schema.resource_schemas),
    data_source_schemas: wireSchemas(schema.data_source_schemas),
    // Asked once a process in place of once a run: most of a test's time. The real provider says so too.
    server_capabilities: { get_provider_schema_optional: true },
  };
}
