import * as z from 'zod';
import type { KindSchemas } from './kindSchemas.js';
import { configurationSchema } from './schema.js';

/** The JSON Schema (draft 2020-12) of what a user writes in `automation-stack.yml`. */
export function jsonSchema(kinds: KindSchemas): Record<string, unknown> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'automation-stack.yml',
    ...z.toJSONSchema(configurationSchema(kinds), { io: 'input', unrepresentable: 'any' }),
  };
}
