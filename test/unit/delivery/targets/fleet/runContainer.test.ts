import { expect } from 'chai';
import { StackError } from '../../../../../runner/src/base/errors.js';
import { Template } from '../../../../../runner/src/base/template.js';
import { fleetSchema } from '../../../../../runner/src/delivery/targets/fleet/schema.js';
import { runContainer } from '../../../../../runner/src/delivery/targets/fleet/runContainer.js';

const config = fleetSchema.parse({ kind: 'fleet', group: 'web', image: 'web' });
const fleet = { name: 'web', application: 'shop', environmentName: 'staging', config };

/** @param options as the configuration hands them on: all text of `vars` is a template, by its author or by nobody */
const run = (options: unknown, environment: Record<string, unknown> = { A: '1', B: 'x y' }) =>
  runContainer(
    fleet,
    {
      image: 'registry.example/shop/web@sha256:1',
      digest: 'sha256:1',
      definition: '1',
      variables: { app_container_environment: environment, app_container_options: options },
    },
    { name: 'shop-web-task', flags: ['--rm'], command: ['./manage', 'migrate'], environment: { C: '3' } },
  );

describe('a container beside the one that serves', () => {
  it('has the options of the target, and its variables by standard input', () => {
    expect(run([new Template('--volume=/srv:/data'), '--network=host'])).to.deep.equal({
      argv: [
        ...['docker', 'run', '--rm', '--init', '--name', 'shop-web-task', '--env-file', '/dev/stdin'],
        ...['--volume=/srv:/data', '--network=host'],
        ...['registry.example/shop/web@sha256:1', './manage', 'migrate'],
      ],
      input: 'A=1\nB=x y\nC=3\n',
    });
    expect(run(undefined).argv).to.include('./manage');
  });

  for (const [name, options] of [
    ['an option', [new Template('--network={{ network }}')]],
    ['all of them', new Template('{{ options }}')],
  ] as const)
    it(`is refused where only Ansible can tell ${name}`, () => {
      expect(() => run(options))
        .to.throw(StackError)
        .with.property('code', 'CONFIG_INVALID');
    });
});
