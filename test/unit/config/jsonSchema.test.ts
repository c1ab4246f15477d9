import { expect } from 'chai';
import { jsonSchema } from '../../../runner/src/config/jsonSchema.js';
import { kinds } from '../../../runner/src/kinds.js';
import { configSchema } from '../../support/config.js';

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly required?: readonly string[];
  readonly default?: unknown;
}

describe('the JSON Schema of a configuration', () => {
  const schema = jsonSchema(kinds) as Node;

  it('has the keys of the schema that it is made from, and no others', () => {
    expect(Object.keys(schema.properties ?? {})).to.deep.equal(Object.keys(configSchema.shape));
    expect(schema.additionalProperties).to.equal(false);
  });

  it('is of what is written: what has a default need not be', () => {
    expect(schema.required).to.deep.equal(['application', 'environments']);
    const environment = schema.properties?.['environments']?.additionalProperties as Node;
    expect(environment.required ?? []).to.deep.equal([]);
  });
});
