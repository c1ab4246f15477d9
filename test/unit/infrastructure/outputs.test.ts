import { lookUpsOf } from '../../../runner/src/lookUps.js';
import { expect } from 'chai';
import { resolveReferences, type Form } from '../../../runner/src/config/references.js';
import type { Context, NamedEnvironment } from '../../../runner/src/context/context.js';
import type { Invocation, ProcessResult } from '../../../runner/src/base/ports.js';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { forgetOutputs, outputValue, readOutputs } from '../../../runner/src/infrastructure/outputs.js';
import { rejection } from '../../support/rejection.js';

type Answer = Partial<ProcessResult> & { readonly lines?: readonly string[] };

/** A context whose terraform is a script of answers by verb. */
function fake(answers: Readonly<Record<string, Answer[]>>) {
  const ran: string[] = [];
  const secrets = new SecretRegistry();
  const context = {
    env: {},
    secrets,
    signal: new AbortController().signal,
    config: () => Promise.resolve({ directory: process.cwd(), file: 'automation-stack.yml' }),
    resolve: (value: unknown) => Promise.resolve(value),
    processes: {
      run: (invocation: Invocation) => {
        const verb = invocation.args[1] as string;
        ran.push(verb);
        const answer = answers[verb]?.shift();
        if (answer === undefined) throw new Error(`unexpected: terraform ${verb}`);
        return Promise.resolve({ exitCode: 0, stdout: '', tail: [], ...answer });
      },
    },
  } as unknown as Context;
  const environment = {
    name: 'staging',
    config: {
      aws: {},
      variables: {},
      infrastructure: { directory: '.', 'var-files': [], variables: {}, 'backend-config': [] },
    },
  } as unknown as NamedEnvironment;
  return { context, environment, ran, secrets };
}
const output = (values: object): Answer => ({
  stdout: JSON.stringify(
    Object.fromEntries(
      Object.entries(values).map(([name, value]: [string, unknown]) => [
        name,
        { value, sensitive: false, type: 'x' },
      ]),
    ),
  ),
});

describe('outputs', () => {
  it('cost one terraform process, however often they are asked for', async () => {
    const { context, environment, ran } = fake({ output: [output({ cluster: 'c', port: 80 })] });
    const read = () => outputValue(context, environment, 'cluster');
    expect(await Promise.all([read(), read(), read()])).to.deep.equal(['c', 'c', 'c']);
    expect(await outputValue(context, environment, 'port')).to.equal(80);
    expect(ran).to.deep.equal(['output']);
  });

  it('are read again once something was applied', async () => {
    const { context, environment } = fake({ output: [output({ a: 1 }), output({ a: 2 })] });
    expect(await readOutputs(context, environment)).to.deep.equal({ a: 1 });
    forgetOutputs(context, environment);
    expect(await readOutputs(context, environment)).to.deep.equal({ a: 2 });
  });

  it('initialise the root only where Terraform asks for it', async () => {
    const asking = {
      exitCode: 1,
      tail: ['Error: Backend initialization required, please run "terraform init"'],
    };
    const { context, environment, ran } = fake({ output: [asking, output({ a: 1 })], init: [{}] });
    expect(await readOutputs(context, environment)).to.deep.equal({ a: 1 });
    expect(ran).to.deep.equal(['output', 'init', 'output']);
  });

  it('show why the initialisation failed', async () => {
    const asking = { exitCode: 1, tail: ['Error: Module not installed: run "terraform init"'] };
    const { context, environment } = fake({
      output: [asking],
      init: [
        {
          exitCode: 1,
          tail: [
            'Initializing modules...',
            '╷',
            '│ Error: Failed to download module',
            '│ ',
            '│ no route',
            '╵',
          ],
        },
      ],
    });
    const error = await rejection(readOutputs(context, environment), 'TERRAFORM_FAILED');
    expect(error.message).to.equal('terraform init failed: Failed to download module');
    expect(error.evidence).to.deep.equal(['no route']);
  });

  it('do not remember a failure', async () => {
    const { context, environment } = fake({
      output: [{ exitCode: 1, tail: ['no network'] }, output({ a: 1 })],
    });
    await rejection(readOutputs(context, environment), 'TERRAFORM_FAILED');
    expect(await readOutputs(context, environment)).to.deep.equal({ a: 1 });
  });

  it('may be none where resources are there', async () => {
    const { context, environment } = fake({
      output: [{ stdout: '{}' }],
      state: [{ stdout: 'terraform_data.x\n' }],
    });
    expect(await readOutputs(context, environment)).to.deep.equal({});
  });

  it('are masked everywhere once they are known to be sensitive, deep inside too', async () => {
    const stdout = JSON.stringify({
      db: { sensitive: true, value: { password: 'correct-horse', port: 5432 } },
    });
    const { context, environment, secrets } = fake({ output: [{ stdout }] });
    await readOutputs(context, environment);
    expect(secrets.text('correct-horse on 5432')).to.equal('*** on 5432');
  });

  it('lose no digit: a number that JavaScript cannot hold is text', async () => {
    const stdout =
      '{"id":{"value":12345678901234567890,"sensitive":false},"list":{"value":[1,2.5,1e30,"a\\"12345678901234567890"],"sensitive":false}}';
    const { context, environment } = fake({ output: [{ stdout }] });
    expect(await readOutputs(context, environment)).to.deep.equal({
      id: '12345678901234567890',
      list: [1, 2.5, '1e30', 'a"12345678901234567890'],
    });
  });

  describe('that are referred to', () => {
    const values = { port: 80, flag: false, map: { a: 1 }, none: null };
    const resolved = (value: unknown, form?: Form) => {
      const { context, environment } = fake({ output: [output(values)] });
      return resolveReferences(value, lookUpsOf(context, environment), form);
    };

    it('are what they are in variables, where they stand alone', async () => {
      const vars = { a: '${output:port}', b: ['${output:flag}'], c: '${output:map}', d: '${output:none}' };
      const found = { a: 80, b: [false], c: { a: 1 }, d: null };
      expect(await resolved({ vars })).to.deep.equal({ vars: found });
      expect(await resolved(vars, 'free')).to.deep.equal(found);
    });

    it('are text in other places, and as JSON in the variables of a container', async () => {
      expect(await resolved({ cluster: '${output:port}' })).to.deep.equal({ cluster: '80' });
      expect(await resolved({ environment: { A: '${output:map}', B: 'x${output:flag}' } })).to.deep.equal({
        environment: { A: '{"a":1}', B: 'xfalse' },
      });
    });

    for (const [name, what] of Object.entries({ map: 'a map', none: 'null' })) {
      it(`are refused where they are ${what} and a text is needed`, async () => {
        const failure = await rejection(resolved({ cluster: `\${output:${name}}` }), 'CONFIG_REFERENCE');
        expect(failure.message).to.equal(`\${output:${name}} is ${what}, but a text is needed`);
      });
    }
  });
});
