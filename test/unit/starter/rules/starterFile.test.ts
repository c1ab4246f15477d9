import { expect } from 'chai';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { starterConfig } from '../../../../runner/src/starter/rules/starterFile.js';
import { readDockerfile } from '../../../../runner/src/starter/rules/dockerfile.js';
import { starterName, uniqueName } from '../../../../runner/src/starter/rules/starterNames.js';
import { outputNames } from '../../../../runner/src/starter/rules/terraformFindings.js';
import { starterFacts } from '../../../../runner/src/starter/rules/projectFindings.js';
import { configText, yamlList, yamlText } from '../../../../runner/src/starter/rules/yamlText.js';
import { validateConfig } from '../../../support/config.js';

const text = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
  fc.constantFrom(
    'Shop.API',
    '3d',
    '日本',
    'a--b',
    'é',
    'true',
    '1.10',
    '-x',
    "it's",
    'x'.repeat(300),
    ' ',
    '#a: b',
  ),
);

describe('a name for an application', () => {
  it('is one that the configuration and ECR take, whatever a project is called', () => {
    fc.assert(
      fc.property(text, (called) => {
        const name = starterName(called);
        expect(name).to.match(/^[a-z](?:-?[a-z0-9]+)*$/);
        expect(name.length).to.be.at.most(40);
      }),
    );
  });

  const rows: readonly (readonly [string, string])[] = [
    ['Web_Shop', 'web-shop'],
    ['Shop.API v2', 'shop-api-v2'],
    ['3d-viewer', 'app-3d-viewer'],
    ['Über Café', 'uber-cafe'],
    ['日本', 'application'],
    ['on', 'app-on'],
  ];
  for (const [called, name] of rows)
    it(`of ${called} is ${name}`, () => expect(starterName(called)).to.equal(name));

  it('is unlike those that are taken, also where it is long', () => {
    const long = 'x'.repeat(40);
    expect(uniqueName('api', new Set(['api', 'api-2']))).to.equal('api-3');
    expect(uniqueName(long, new Set([long]))).to.have.length(40);
  });
});

describe('a text in the configuration', () => {
  it('is read back as it was', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(parse(`${yamlText(value)}: ${yamlText(value)}`)).to.deep.equal({ [value]: value });
      }),
    );
  });
});

describe('a first configuration', () => {
  const project = fc.record({
    name: text,
    paths: fc.array(
      fc.tuple(
        text,
        fc.constantFrom('Dockerfile', 'Dockerfile.worker', 'main.tf', 'compose.yml', 'site.yml'),
      ),
    ),
    branches: fc.array(text, { maxLength: 4 }),
    shape: fc.constantFrom(undefined, 'flask-fleet', 'hello-ecs', 'minimal' as const),
  });

  it('is valid whatever folders and branches are called and whatever is asked for', () => {
    fc.assert(
      fc.property(project, ({ name, paths, branches, shape }) => {
        const contents = new Map<string, string>(
          paths.map(
            ([folder, file]) => [`${folder.replace(/[/\0]/g, '_')}/${file}`, CONTENT[file] ?? ''] as const,
          ),
        );
        const files = { paths: [...contents.keys()].sort(), read: (path: string) => contents.get(path) };
        const named = branches.filter((branch) => /^\S+$/.test(branch));
        const facts = starterFacts(
          {
            name,
            files,
            branches: {
              isRepository: true,
              hasCommit: true,
              known: named,
              ...(named[0] === undefined ? {} : { current: named[0] }),
            },
            shape: shape,
            region: undefined,
            place: (path) => path,
          },
          () => undefined,
        );
        const written = starterConfig({ ...facts, schema: 's.json' });
        expect(validateConfig('automation-stack.yml', written, '/tmp').issues, written).to.deep.equal([]);
      }),
      { numRuns: 60 },
    );
  });
});

const CONTENT: Readonly<Record<string, string>> = {
  Dockerfile: 'FROM x\nEXPOSE 80\n',
  'Dockerfile.worker': 'FROM x\n',
  'main.tf': 'provider "aws" {}\noutput "cluster" { value = 1 }\n',
  'compose.yml': 'services: { "a b": { build: . }, c: { build: ., ports: [80] } }\n',
  'site.yml': '- hosts: web\n',
};

describe('a Dockerfile', () => {
  it('tells its ports through stages, variables, comments and continued lines', () => {
    const facts = readDockerfile(
      'ARG PORT=8000\nFROM node:20 AS base\n# EXPOSE 1\nEXPOSE $PORT/tcp \\\n  9000 53/udp\nFROM base\nCOPY --from=base /a /b\nCOPY --chown=1:1 ["a b", "./"]\nADD https://x/y z\n',
    );
    expect(facts.ports).to.deep.equal([8000, 9000]);
    expect(facts.sources).to.deep.equal(['a b']);
    expect(facts.stages).to.deep.equal(['base']);
  });

  it('does not tell the ports of stages that it only copies from', () => {
    expect(readDockerfile('FROM a AS build\nEXPOSE 1\nFROM scratch\n').ports).to.deep.equal([]);
  });

  it('tells port 80 where its base serves it, and the path of its health check', () => {
    const facts = readDockerfile('FROM nginx:1\nHEALTHCHECK CMD curl -f http://localhost/live || exit 1\n');
    expect(facts).to.deep.include({ ports: [80], healthPath: '/live' });
  });
});

describe('the outputs of Terraform files', () => {
  it('are those that are declared, in HCL and JSON, not those in comments', () => {
    const names = outputNames([
      {
        path: 'a.tf',
        text: '# output "no" {}\n/* output "nor" {} */\noutput "one" {\n}\noutput two { value = 1 }\n',
      },
      { path: 'b.tf.json', text: '{"output":{"three":{}}}' },
      { path: 'c.tf.json', text: '{' },
    ]);
    expect(names).to.deep.equal(['one', 'two', 'three']);
  });
});

describe('a folder that is called like a reference', () => {
  it('stands in a first configuration as it is called', () => {
    expect(configText('a ${b}')).to.equal("'a $${b}'");
    expect(yamlList(['${a}', 'b'])).to.equal("['$${a}', b]");
  });
});
