import { expect } from 'chai';
import type { Host } from '../../../runner/src/domain/host.js';
import type { StackEvent } from '../../../runner/src/events/events.js';
import { runPlaybook } from '../../../runner/src/hosts/playbook.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { routesBy } from '../../support/routes.js';
import { stageOf } from '../../support/stage.js';

const PLAYBOOK = `
- name: Greet
  hosts: all
  gather_facts: false
  roles: [outer]
`;
const OUTER = '- name: Include it\n  ansible.builtin.include_role: { name: inner }\n';
const INNER = '- name: Say it\n  ansible.builtin.command: { argv: ["true"] }\n';

describe('a playbook whose role includes another one', function () {
  this.timeout(60_000);
  let stack: Deployment;
  before(async () => {
    stack = await deployment({
      'automation-stack.yml': 'application: shop\nenvironments: { staging: {} }\n',
      ...{ 'ansible/greet.yml': PLAYBOOK, 'ansible/roles/outer/tasks/main.yml': OUTER },
      'ansible/roles/inner/tasks/main.yml': INNER,
    });
  });
  after(() => stack.remove());

  it('is told task by task, without a word of a callback that failed', async () => {
    const { context } = stack;
    const events: StackEvent[] = [];
    const emit = (event: object) => void events.push(event as StackEvent);
    const host: Host = {
      ...{ name: 'here', address: '127.0.0.1', port: 22, user: 'root', groups: ['web'] },
      vars: { ansible_connection: 'local', ansible_python_interpreter: '/usr/bin/python3' },
    };
    const outcome = await runPlaybook(context, {
      ...{ environment: await context.environment('staging'), playbook: 'greet.yml', limit: ['here'] },
      stage: stageOf('provision:staging', { events: { emit } }),
      inventory: { hosts: [host], routeOf: routesBy({ knownHosts: '/dev/null' }) },
      ...{ variables: {}, signal: context.signal },
    });
    expect(outcome.failures).to.deep.equal([]);
    const said = JSON.stringify(events);
    expect(said).to.contain('Say it');
    expect(said).not.to.contain('Callback dispatch');
  });
});
