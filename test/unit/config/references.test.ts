import { lookUpsOf } from '../../../runner/src/lookUps.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { resolveReferences, type Form } from '../../../runner/src/config/references.js';
import { partsOf, referencesIn } from '../../../runner/src/config/referencesIn.js';
import type { Context, NamedEnvironment } from '../../../runner/src/context/context.js';
import { fillRelease } from '../../../runner/src/delivery/rules/releaseValues.js';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { validateConfig } from '../../support/config.js';

/** Every place of the schema that takes text, with what it looks up; `X` stands for the text. */
const places = {
  none: [
    'application: X',
    'branches: { X: staging }',
    'branches: { main: X }',
    'needs: { auth: X }',
    'state: { location: X }',
    'images: { web: { repository: X } }',
    'images: { web: { repository: r, target: X } }',
    'images: { web: { repository: r, platform: X } }',
    'images: { web: { repository: r, test: [X] } }',
    'images: { web: { repository: r, test: { command: [X], target: X } } }',
    'images: { web: { repository: r, build-args: { X: a } } }',
    'jenkins: { agent: { label: X, image: X, arguments: X } }',
    'jenkins: { credentials: { A: X } }',
    'jenkins: { aws-credentials: X }',
    'jenkins: { approval: { submitters: [X] } }',
    'environments: { staging: { promotion: { from: X } } }',
    'environments: { staging: { aws: { account: X } } }',
    'environments: { staging: { infrastructure: { workspace: X } } }',
    'environments: { staging: { infrastructure: { ownership: X } } }',
    'environments: { staging: { infrastructure: { protect: [X], scopes: { a: [X] }, scope: X } } }',
    'environments: { staging: { infrastructure: { variables: { X: a } } } }',
    'environments: { staging: { infrastructure: { variables: { a: [ { X: a } ] } } } }',
    'environments: { staging: { inventory: { groups: [X] } } }',
    'environments: { staging: { provision: { playbooks: [p], directory: X } } }',
    'environments: { staging: { variables: { X: a } } }',
    'environments: { staging: { targets: { web: { kind: X } } } }',
    'environments: { staging: { targets: { web: { kind: fleet, group: X, image: X } } } }',
    'environments: { staging: { targets: { web: { kind: ecs-service, cluster: c, service: s, image: web, environment: { X: a } } } } }',
  ],
  env: [
    'environments: { staging: { aws: { region: X, profile: X } } }',
    'environments: { staging: { infrastructure: { directory: X, var-files: [X] } } }',
    'images: { web: { repository: r, context: X, dockerfile: X } }',
  ],
  'env secret-env ssm secret output': [
    'images: { web: { repository: r, build-args: { A: X }, secrets: { A: X } } }',
    'environments: { staging: { infrastructure: { variables: { a: X, b: [ { c: X } ] } } } }',
    'environments: { staging: { infrastructure: {}, variables: { A: X } } }',
    'environments: { staging: { infrastructure: {}, inventory: { output: X, user: X, private-key: X, known-hosts: X } } }',
    'environments: { staging: { infrastructure: {}, inventory: { tags: { a: X } } } }',
    'environments: { staging: { infrastructure: {}, provision: { playbooks: [X], vars: { a: X, b: [X] }, vault: { password: X } } } }',
    'environments: { staging: { infrastructure: {}, url: X } }',
    'environments: { staging: { infrastructure: {}, targets: { web: { kind: ecs-service, cluster: X, service: X, container: X, image: web, migrate: { command: [X], container: X }, health: { path: X, url: X } } } } }',
    'environments: { staging: { infrastructure: {}, targets: { web: { kind: fleet, group: g, image: web, playbook: X, registry: X, target-group: X, vars: { a: X } } } } }',
    'notifications: { slack: { token: X, webhook: X, channel: X } }',
    'notifications: { slack: { token: X, channel: { default: X } } }',
  ],
  'env secret-env ssm secret output release': [
    'environments: { staging: { infrastructure: {}, targets: { web: { kind: ecs-service, cluster: c, service: s, image: web, environment: { A: X } } } } }',
    'environments: { staging: { infrastructure: {}, targets: { web: { kind: fleet, group: g, image: web, environment: { A: X } } } } }',
  ],
};
const references = {
  env: ['${env:NAME}', 'a-${env:NAME:-b c:-d}'],
  'secret-env': ['${secret-env:NAME}', '${secret-env:NAME:-b}'],
  ssm: ['${ssm:/a/b}', '${ssm:a.b_c-d:3}'],
  secret: ['${secret:a/b}', '${secret:arn:aws:secretsmanager:eu-west-1:012345678901:secret:a-AbC#key of it}'],
  output: ['${output:url}', '${output:hosts.web-1.address}', '${output:staging/url}'],
  release: ['${release:version}', 'v${release:commit}-${release:branch}'],
};

const base: Record<string, string> = {
  application: 'shop',
  images: '{ web: { repository: r } }',
  environments: '{ staging: {} }',
};
/** The configuration with one line at its end, which is line 4. */
function configuration(line: string): string {
  const [key = ''] = line.split(':');
  const rest = Object.entries({ ...base, branches: '{ "*": staging }' }).filter(([name]) => name !== key);
  const lines = [...rest.map(([name, value]) => `${name}: ${value}`), '#', '#', '#'].slice(0, 3);
  return [...lines, ...(key in base ? [] : []), line, ...rest.slice(3).map(([n, v]) => `${n}: ${v}`)].join(
    '\n',
  );
}
const check = (line: string) => validateConfig('automation-stack.yml', configuration(line), '/app');
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const withText = (place: string, text: string) => place.replaceAll('X', quoted(text));

describe('references in the configuration', () => {
  for (const [allowed, list] of Object.entries(places)) {
    for (const place of list) {
      it(`are ${allowed === 'none' ? 'refused' : `looked up in ${allowed}`} at ${place}`, () => {
        for (const [source, texts] of Object.entries(references)) {
          for (const text of texts) {
            const issues = check(withText(place, text)).issues.filter(({ message }) =>
              message.includes('${'),
            );
            const isAllowed = allowed.split(' ').includes(source);
            if (isAllowed) expect(issues.map(({ message }) => message)).to.deep.equal([]);
            else expect(issues[0], text).to.include({ line: 4 });
          }
        }
      });
    }
  }

  const faults = [
    ['${evn:NAME}', 'there is no source "evn". Did you mean "env"?'],
    ['${ENV:NAME}', 'there is no source "ENV". Did you mean "env"?'],
    [
      '${vault:secret/x}',
      'there is no source "vault". References here: env, secret-env, ssm, secret, output.',
    ],
    ['${NAME}', 'names no source: ${env:NAME} is the environment variable'],
    ['${NAME:-x}', 'names no source: ${env:NAME:-x} is the environment variable'],
    ['${}', 'names no source'],
    ['${1}', 'names no source'],
    ['${:x}', 'there is no source ""'],
    ['${ env:NAME }', 'there is no source " env". Did you mean "env"?'],
    ['${env: NAME}', 'is not of the form ${env:NAME}'],
    ['${env:NAME }', 'is not of the form ${env:NAME}'],
    ['${env:}', 'is not of the form ${env:NAME}'],
    ['${env:A-B}', 'is not of the form ${env:NAME}'],
    ['${env:NAME-x}', 'is not of the form ${env:NAME}'],
    ['${ssm:}', 'is not of the form ${ssm:/path}'],
    ['${ssm:/a b}', 'is not of the form ${ssm:/path}'],
    ['${secret:#key}', 'is not of the form ${secret:name}'],
    ['${secret:a#}', 'is not of the form ${secret:name}'],
    ['${output:}', 'is not of the form ${output:name}'],
    ['${output:a b}', 'is not of the form ${output:name}'],
    ['${output:stagin/url}', 'there is no environment "stagin". Did you mean "staging"?'],
    ['${release:verison}', 'release is not resolved here'],
    ['${env:NAME', 'is not closed'],
    ['a ${', 'is not closed'],
    ['${env:A:-${env:B}}', 'is not closed, or holds another "{"'],
    ['$$${NAME} ${NAME}', 'names no source'],
    ['${env:GOOD} ${bad}', '"${bad}" names no source'],
  ];
  for (const [text = '', words = ''] of faults) {
    it(`are refused where they are ${text}`, () => {
      const { issues } = check(
        `environments: { staging: { infrastructure: {}, variables: { A: ${quoted(text)} } } }`,
      );
      expect(issues).to.have.lengthOf(1);
      expect(issues[0]?.message).to.contain(words);
      expect(issues[0]).to.include({ line: 4 });
    });
  }

  it('are refused where they stand in a text, not where the text begins', () => {
    const line = "environments: { staging: { url: 'https://${env:HOST}/${evn:PATH}' } }";
    expect(check(line).issues[0]).to.include({ line: 4, column: line.indexOf('${evn') + 1 });
  });

  it('are refused where a release has no such field', () => {
    const [issue] = check(
      "environments: { staging: { targets: { web: { kind: ecs-service, cluster: c, service: s, image: web, environment: { A: '${release:verison}' } } } } }",
    ).issues;
    expect(issue?.message).to.contain('a release has no "verison". Did you mean "version"?');
  });

  it('are refused once where several environments inherit them', () => {
    expect(
      check("environments: { staging: { url: '${X}' }, a: { extends: staging }, b: { extends: staging } }")
        .issues,
    ).to.have.lengthOf(1);
  });

  it('are refused to outputs of an environment that has no infrastructure', () => {
    const [issue] = check("environments: { staging: { url: '${output:other/url}' }, other: {} }").issues;
    expect(issue?.message).to.equal(
      'environments.staging.url: "${output:other/url}": other has no infrastructure, so no outputs',
    );
  });

  it('are refused where a backend would need the state that it leads to, also by others', () => {
    const backend = (text: string) => `{ infrastructure: { backend-config: ['bucket=${text}'] } }`;
    const own = check(`environments: { staging: ${backend('${output:bucket}')} }`).issues;
    expect(own[0]?.message).to.contain('is in the state that this backend leads to');
    const round = check(
      `environments: { staging: ${backend('${output:other/bucket}')}, other: ${backend('${output:staging/bucket}')} }`,
    ).issues;
    expect(round).to.have.lengthOf(2);
    const one = check(
      `environments: { staging: ${backend('${output:other/bucket}')}, other: { infrastructure: {} } }`,
    ).issues;
    expect(one).to.deep.equal([]);
  });

  it('are text where they are escaped, also where nothing is looked up', () => {
    const { config } = check(
      "jenkins: { agent: { arguments: '-v $${HOME}:/x', label: '$HOME $(x) %{y} {{ z }} $5' } }",
    );
    expect(config?.jenkins.agent).to.include({
      arguments: '-v ${HOME}:/x',
      label: '$HOME $(x) %{y} {{ z }} $5',
    });
    expect(partsOf('$${env:NAME}')).to.deep.equal([{ literal: '${' }, { literal: 'env:NAME}' }]);
    expect(referencesIn('$${env:NAME}')).to.deep.equal([]);
  });
});

describe('references that are looked up', () => {
  const secrets = new SecretRegistry();
  const context = (env: Record<string, string> = {}) => ({ env, secrets }) as unknown as Context;
  const environment = { name: 'staging' } as NamedEnvironment;
  const resolved = (value: unknown, env?: Record<string, string>, form?: Form) =>
    resolveReferences(value, lookUpsOf(context(env), environment), form);

  it('bring text as it is: nothing in it is a reference or an escape', () => {
    return fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.constantFrom('$', '${', '$${', '}', 'env:B', '${env:B}', '${release:version}', ' ', '\n', 'x'),
          { minLength: 1 },
        ),
        async (words) => {
          const text = words.join('');
          const env = { A: text, B: 'no' };
          expect(await resolved('${env:A}', env)).to.equal(text);
          expect(await resolved({ vars: { a: ['<${env:A}>'] } }, env)).to.deep.equal({
            vars: { a: [`<${text}>`] },
          });
          const { environment: variables } = (await resolved({ environment: { A: '<${env:A}>' } }, env)) as {
            environment: Record<string, string>;
          };
          const release = { version: '1.2.3', commit: 'c', branch: '${env:B}' };
          expect(fillRelease(variables, release)).to.deep.equal({ A: `<${text}>` });
        },
      ),
    );
  });

  it('leave an escape as what it stands for, and fill in a release once', async () => {
    expect(await resolved('a $${env:A} $${b}')).to.equal('a ${env:A} ${b}');
    const { environment: variables } = (await resolved({
      environment: { A: '$${release:version}=${release:version}' },
    })) as {
      environment: Record<string, string>;
    };
    const release = { version: '${release:commit}', commit: 'c', branch: 'b' };
    expect(fillRelease(variables, release)).to.deep.equal({ A: '${release:version}=${release:commit}' });
  });

  it('have a default, whatever it holds', async () => {
    expect(await resolved('${env:A:-x:-y z}')).to.equal('x:-y z');
    expect(await resolved('${env:A:-}')).to.equal('');
    expect(await resolved('${env:A:-x}', { A: '' })).to.equal('x');
  });

  it('keep a secret masked in a text that is filled in later', async () => {
    await resolved({ environment: { A: '${env:API_TOKEN}' } }, { API_TOKEN: 'abc${def}ghi' });
    expect(secrets.text('A=abc$${def}ghi')).to.not.contain('def');
  });
});
