import type { Block, ProviderSchema } from './schema.js';

const text = { type: 'string', optional: true };
const schema = (block: Block) => ({ version: 0, block });

/** A few types of AWS, as its provider describes them: enough to try the provider process where its whole schema is not to be had. */
export const smallSchema: ProviderSchema = {
  provider: schema({ attributes: { region: text } }),
  resource_schemas: {
    aws_vpc: schema({
      attributes: {
        id: { type: 'string', computed: true },
        cidr_block: text,
        enable_dns_support: { type: 'bool', optional: true },
      },
    }),
    aws_eip: schema({
      attributes: {
        tags: { type: ['map', 'string'], optional: true },
        vpc: { type: 'bool', optional: true, deprecated: true },
      },
    }),
    aws_ecr_repository: schema({
      attributes: { name: { type: 'string', required: true } },
      block_types: {
        image_scanning_configuration: {
          nesting_mode: 'list',
          max_items: 1,
          block: { attributes: { scan_on_push: { type: 'bool', required: true } } },
        },
      },
    }),
    aws_instance: schema({
      block_types: {
        network_interface: {
          nesting_mode: 'list',
          block: { attributes: { old: { ...text, deprecated: true } } },
        },
        ebs_block_device: {
          nesting_mode: 'set',
          block: { attributes: { old: { ...text, deprecated: true } } },
        },
        timeouts: { nesting_mode: 'single', block: { attributes: { create: text } } },
      },
    }),
  },
  data_source_schemas: {
    aws_iam_policy_document: schema({
      attributes: {
        json: { type: 'string', computed: true },
        source_json: { ...text, deprecated: true },
      },
    }),
  },
};
