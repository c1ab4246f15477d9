import { expect } from 'chai';
import { resolveReferences, type Form } from '../../../runner/src/config/references.js';
import {
  asText,
  faultsIn,
  outputOf,
  partsOf,
  referencesIn,
} from '../../../runner/src/config/referencesIn.js';
import type { Context, NamedEnvironment } from '../../../runner/src/context/context.js';
import { lookUpsOf } from '../../../runner/src/lookUps.js';
import { Template } from '../../../runner/src/base/template.js';
import { MASK, SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { forgetOutputs } from '../../../runner/src/infrastructure/outputs.js';
import { rejection } from '../../support/rejection.js';

const OUTPUTS = { url: 'https://shop', hosts: ['a', 'b'], map: { x: 1 }, none: null, port: 8080 };

/** Terraform answers with OUTPUTS, in every environment. */
function scope(env: Readonly<Record<string, string>> = {}) {
  const asked: string[] = [];
  const secrets = new SecretRegistry();
  const settings = {
    aws: {},
    variables: {},
    infrastructure: { directory: '.', 'var-files': [], variables: {}, 'backend-config': [] },
  };
  const named = (name: string) => ({ name, config: settings }) as unknown as NamedEnvironment;
  const stdout = JSON.stringify(
    Object.fromEntries(
      Object.entries(OUTPUTS).map(([name, value]) => [name, { value, sensitive: false, type: 'x' }]),
    ),
  );
  const context = {
    env,
    secrets,
    signal: new AbortController().signal,
    config: async () => ({
      directory: process.cwd(),
      file: 'a.yml',
      environments: {},
      jenkins: { credentials: {} },
    }),
    resolve: async (value: unknown) => value,
    environment: async (name: string) => (asked.push(name), named(name)),
    processes: { run: async () => ({ exitCode: 0, stdout, tail: [] }) },
  } as unknown as Context;
  return { ...lookUpsOf(context, named('staging')), context, environment: named('staging'), secrets, asked };
}
const resolved = (value: unknown, form?: Form, env?: Record<string, string>) =>
  resolveReferences(value, scope(env), form);

describe('a reference to an output', () => {
  it('is the output as text, maps and lists inside of other text as JSON', async () => {
    expect(await resolved('${output:url}/x')).to.equal('https://shop/x');
    expect(await resolved('${output:port}')).to.equal('8080');
    expect(await resolved('at ${output:hosts} and ${output:map}')).to.equal('at ["a","b"] and {"x":1}');
  });

  it('has no place as a map, a list or nothing where a text is needed', async () => {
    for (const [name, what] of [
      ['hosts', 'a list'],
      ['map', 'a map'],
      ['none', 'null'],
    ] as const) {
      const error = await rejection(resolved(`\${output:${name}}`), 'CONFIG_REFERENCE');
      expect(error.message).to.equal(`\${output:${name}} is ${what}, but a text is needed`);
      expect(error.where).to.equal(`\${output:${name}}`);
    }
  });

  it('is what it is in variables, and in what is deep in them', async () => {
    expect(
      await resolved({ variables: { a: '${output:hosts}', b: [{ c: '${output:map}' }] } }),
    ).to.deep.equal({
      variables: { a: OUTPUTS.hosts, b: [{ c: OUTPUTS.map }] },
    });
    expect(await resolved('${output:none}', 'free')).to.equal(null);
    expect(await resolved({ vars: { vars: 'x ${output:url}' } })).to.deep.equal({
      vars: { vars: 'x https://shop' },
    });
  });

  it('is text where a tag is only called as a map of variables is', async () => {
    await rejection(resolved({ tags: { vars: '${output:hosts}' } }), 'CONFIG_REFERENCE');
    expect(await resolved({ environment: { variables: ['${output:hosts}'] } })).to.deep.equal({
      environment: { variables: ['["a","b"]'] },
    });
  });

  it('is asked for once, of the environment that it names', async () => {
    const other = scope();
    await resolveReferences(['${output:url}', '${output:production/url}', '${output:production/url}'], other);
    expect(other.asked).to.deep.equal(['production']);
    forgetOutputs(other.context, other.environment);
  });

  it('leaves everything else as it is', async () => {
    const value = { a: null, b: 5, c: true, d: [undefined, 'x'] };
    expect(await resolved(value)).to.deep.equal(value);
  });
});

describe('a reference to the environment', () => {
  it('says how to set what is not set', async () => {
    const error = await rejection(resolved('${secret-env:API}'), 'CONFIG_REFERENCE');
    expect(error.message).to.equal('the environment variable API is not set');
    expect(error.where).to.equal('${secret-env:API}');
  });

  it('is a secret where it says so, and else where its name or form does', async () => {
    const one = scope({ WORD: 'plain-words', PLACE: 'eu-west-1' });
    await resolveReferences('${secret-env:WORD} ${env:PLACE}', one);
    expect(one.secrets.text('plain-words in eu-west-1')).to.equal(`${MASK} in eu-west-1`);
  });

  it('is masked as it is filled in later, and only where it is a secret', async () => {
    const one = scope({ WORD: 'words${of}it', TOKEN: 'a-secret${of}it' });
    await resolveReferences({ environment: { A: '${env:WORD}', B: '${secret-env:TOKEN}' } }, one);
    expect(one.secrets.text('words$${of}it a-secret$${of}it')).to.equal(`words$\${of}it ${MASK}`);
  });
});

describe('variables for a playbook', () => {
  const templates = (value: unknown, env: Record<string, string> = { A: 'a-value' }) =>
    resolveReferences(value, scope(env), 'template');

  it('are templates where the configuration wrote them, and data where a reference stands for them', async () => {
    const found = (await templates({
      own: ['{{ x }} $${y}'],
      whole: '${env:A}',
      list: '${output:hosts}',
      among: 'at ${env:A}',
      count: 5,
      none: null,
    })) as Record<string, unknown>;
    expect((found['own'] as Template[])[0])
      .to.be.instanceOf(Template)
      .with.property('text', '{{ x }} ${y}');
    delete found['own'];
    expect(found).to.deep.equal({
      whole: 'a-value',
      list: OUTPUTS.hosts,
      among: 'at a-value',
      count: 5,
      none: null,
    });
  });

  it('name what a reference stands for, inside of a template', async () => {
    const found = (await templates('{{ x }} ${env:A} $${y}')) as Template;
    expect(Object.values(found.values)).to.include('a-value');
    expect(found.plain).to.equal('{{ x }} a-value ${y}');
  });

  it('have no reference in the middle of an expression', async () => {
    const error = await rejection(templates('{{ ${env:A} + 1 }}'), 'CONFIG_INVALID');
    expect(error.message).to.contain('${env:A} is in the middle');
    expect(error.where).to.equal('{{ ${env:A} + 1 }}');
  });
});

describe('what stands in a text', () => {
  it('is cut at its references, and is one empty text where there is nothing', () => {
    expect(partsOf('a${env:B}c')).to.deep.equal([
      { literal: 'a' },
      { kind: 'env', name: 'B' },
      { literal: 'c' },
    ]);
    expect(partsOf('${env:B}')).to.deep.equal([{ kind: 'env', name: 'B' }]);
    expect(partsOf('')).to.deep.equal([{ literal: '' }]);
    expect(partsOf('$${a}', true)).to.deep.equal([{ literal: '$${' }, { literal: 'a}' }]);
  });

  it('is looked for in lists and maps, and in nothing else', () => {
    expect(referencesIn([{ a: '${env:B}' }, null, 5, undefined])).to.deep.equal([{ kind: 'env', name: 'B' }]);
  });

  it('names another environment before a slash, as environments are called', () => {
    expect(outputOf('staging/a/b')).to.deep.equal({ environment: 'staging', path: 'a/b' });
    for (const own of ['a', 'Staging/a', 'x.y/a', 'a/'])
      expect(outputOf(own), own).to.deep.equal({ environment: undefined, path: own });
  });

  it('is text or JSON', () => {
    expect([asText('x'), asText(5), asText([1])]).to.deep.equal(['x', '5', '[1]']);
  });

  it('is no reference where nothing is looked up, told so before anything else', () => {
    const fault = (text: string, allowed: Parameters<typeof faultsIn>[1]) =>
      faultsIn(text, allowed, ['staging']).map(({ message }) => message);
    expect(fault('${nonsense', [])).to.deep.equal([
      '"${nonsense": no reference is resolved here. Write $${ for ${ itself.',
    ]);
    expect(fault('$${nonsense', [])).to.deep.equal([]);
    expect(fault('${NAME}', ['ssm'])[0]).to.contain('names no source. References here: ssm.');
    expect(fault('${9}', ['env'])[0]).to.contain('names no source. References here: env.');
    expect(fault('${release:zzz}', ['release'])[0]).to.contain('It has: version, commit, branch.');
    expect(fault('${output:zzz/a}', ['output'])[0]).to.contain('Known: staging.');
    expect(fault('${env:A\n}', ['env'])[0]).to.contain('is not of the form');
  });
});
