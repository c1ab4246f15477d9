import { expect } from 'chai';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { deployment, type Deployment } from '../../support/deployment.js';
import { rejection } from '../../support/rejection.js';
import type { Host } from '../../../runner/src/domain/host.js';
import { routesBy } from '../../support/routes.js';
import { runPlaybook } from '../../../runner/src/hosts/playbook.js';
import { stageOf } from '../../support/stage.js';

const CONFIG = String.raw`
application: shop
environments:
  staging:
    provision:
      playbooks: [tell.yml]
      vars:
        greeting: "{{ 'hello' | upper }}"
        mixed: "{{ inventory_hostname }} \${env:EVIL}"
        inside: "{{ '\${env:EVIL}' | length }}"
        referred: "\${env:EVIL}"
        condition: inventory_hostname == 'here'
        middle: plain \${env:EVIL}
`.replaceAll('\\$', '$');
/** Everything goes through a template, an argument, a loop, a condition and a file before it is written down. */
const TELL = String.raw`
- name: "Tell {{ label }}"
  hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.set_fact:
        copied: "{{ values }}"
        joined: "{{ values | dict2items | map(attribute='value') | join('|') }}"
        looped: "{{ looped | default([]) + [item] }}"
      loop: "{{ values.values() | list }}"
    - ansible.builtin.command: { argv: [printf, '%s', "{{ values.template }}"] }
      register: printed
    - ansible.builtin.copy:
        dest: "{{ out }}"
        content: "{{ {'copied': copied, 'joined': joined, 'looped': looped, 'printed': printed.stdout, 'label': label,
          'host': from_host, 'greeting': greeting, 'mixed': mixed, 'inside': inside, 'referred': referred,
          'middle': middle, 'secret': from_secret, 'branch': values.branch } | to_json }}"
    - ansible.builtin.command: { argv: [find, /dev/shm, "{{ tmp }}", -name, variables.json] }
      register: found
    - ansible.builtin.assert: { that: found.stdout == '' }
    - ansible.builtin.template: { src: "{{ src }}", dest: "{{ out }}.rendered" }
    - ansible.builtin.fail: { msg: the condition of the configuration holds }
      when: not (condition_holds | bool)
`;

describe('values on their way to Ansible', function () {
  this.timeout(120_000);
  let stack: Deployment;
  const touched = () => join(stack.directory, 'touched');
  const evil = () => `{{ lookup('pipe', 'touch ${touched()}') }}`;
  const files = () => readdirSync(join(stack.directory, 'tmp'));

  before(async () => {
    stack = await deployment({
      'automation-stack.yml': CONFIG,
      'ansible/tell.yml': TELL,
      'ansible/t.j2': '{{ values.template }} {{ greeting }}\n',
    });
    mkdirSync(join(stack.directory, 'tmp'));
    stack = await stack.again({ EVIL: evil(), TMPDIR: join(stack.directory, 'tmp') });
  });
  after(() => stack.remove());

  it('arrive as they were written, and none is a template but what the configuration wrote as one', async () => {
    const { context } = stack;
    const environment = await context.environment('staging');
    context.secrets.register('hunter2-{{ 1 }}');
    const values = {
      template: evil(),
      statement: `{% set x = lookup('pipe', 'touch ${touched()}') %}{# comment #}`,
      halves: '{',
      number: '012',
      exponent: '12345e67',
      truth: 'yes',
      quotes: `'"\\`,
      'key {{ 1 }}': 'x',
      characters: '\u00e9 \ud83d\ude00 \u2028 \u0085 \u0007 tab\t',
      branch: 'feature/{{ 1 + 1 }}',
      marker: '!unsafe x',
      environment: '$HOME ${HOME} %h',
    };
    const out = join(stack.directory, 'out.json');
    const host: Host = {
      name: 'here',
      address: '127.0.0.1',
      port: 22,
      user: 'root',
      groups: ['web', '__proto__', 'constructor'],
      vars: {
        ansible_connection: 'local',
        ansible_python_interpreter: '/usr/bin/python3',
        from_host: evil(),
        from_secret: 'hunter2-{{ 1 }}',
      },
    };
    const vars = await context.resolve(environment.config.provision?.vars, environment, 'template');
    const outcome = await runPlaybook(context, {
      environment,
      stage: stageOf('provision:staging', context),
      playbook: 'tell.yml',
      inventory: { hosts: [host], routeOf: routesBy({ knownHosts: '/dev/null' }) },
      limit: ['here'],
      variables: {
        values,
        out,
        label: evil(),
        src: join(stack.directory, 'ansible', 't.j2'),
        condition_holds: true,
        tmp: join(stack.directory, 'tmp'),
        ...(vars as object),
      },
      signal: context.signal,
    });
    expect(outcome.failures).to.deep.equal([]);
    const told = JSON.parse(readFileSync(out, 'utf8')) as Record<string, unknown>;
    expect(told['copied']).to.deep.equal(values);
    expect(told['joined']).to.equal(Object.values(values).join('|'));
    expect(told).to.deep.include({
      printed: evil(),
      label: evil(),
      host: evil(),
      secret: 'hunter2-{{ 1 }}',
      branch: 'feature/{{ 1 + 1 }}',
      greeting: 'HELLO',
      mixed: `here ${evil()}`,
      referred: evil(),
      middle: `plain ${evil()}`,
    });
    expect(Number(told['inside'])).to.equal(evil().length);
    expect(readFileSync(`${out}.rendered`, 'utf8')).to.equal(`${evil()} HELLO\n`);
    expect(existsSync(touched())).to.equal(false);
    expect(files()).to.deep.equal([]);
  });

  it('are refused where a reference stands in the middle of an expression', async () => {
    const { context } = stack;
    const environment = await context.environment('staging');
    const vars = { x: '{{ ${env:EVIL} + 1 }}' };
    const error = await rejection(context.resolve(vars, environment, 'template'), 'CONFIG_INVALID');
    expect(error.message).to.contain('${env:EVIL}');
    expect(error.message + (error.next ?? '')).not.to.contain('lookup');
  });
});
