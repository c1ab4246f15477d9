import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createEcsApi } from '../../../../../../runner/src/adapters/aws/ecs.js';
import { createProcesses } from '../../../../../../runner/src/adapters/process/processes.js';
import { processTerminal } from '../../../../../../runner/src/adapters/process/terminal.js';
import { execInTask } from '../../../../../../runner/src/delivery/targets/ecs/operate/exec.js';
import type { EcsParts } from '../../../../../../runner/src/delivery/targets/ecs/operate/parts.js';
import { ecsServiceSchema } from '../../../../../../runner/src/delivery/targets/ecs/schema.js';
import type { OnHost } from '../../../../../../runner/src/delivery/targets/ecs/targetOptions.js';
import { fakeAws, sdkError, type Answer } from '../../../../../support/fakeAws.js';
import { rejection } from '../../../../../support/rejection.js';
import { VirtualClock } from '../../../../../support/virtualClock.js';

const ID = '0123456789abcdef0123456789abcdef';
const OTHER = 'fedcba9876543210fedcba9876543210';
const arn = (id: string) => `arn:aws:ecs:eu-west-1:111111111111:task/main/${id}`;
const DEFINITION = 'arn:aws:ecs:eu-west-1:111111111111:task-definition/web:7';
const agent = { name: 'ExecuteCommandAgent', lastStatus: 'RUNNING' };
const task = (id: string, more: object = {}) => ({
  taskArn: arn(id),
  taskDefinitionArn: DEFINITION,
  lastStatus: 'RUNNING',
  enableExecuteCommand: true,
  launchType: 'FARGATE',
  platformVersion: '1.4.0',
  startedAt: new Date(id === ID ? 1000 : 2000),
  containers: [{ name: 'web', runtimeId: `${id}-1`, lastStatus: 'RUNNING', managedAgents: [agent] }],
  ...more,
});

/** The plugin of Session Manager as it is called: its version, then a session whose words it writes to a file. */
const plugin = (version: string, exitCode = 0) => `#!/bin/sh
if [ "$1" = --version ]; then echo '${version}'; exit 0; fi
printf '%s\\n' "$@" > "$CALLED"
printf '%s' "$AWS_SSM_START_SESSION_RESPONSE" > "$CALLED.session"
exit ${exitCode}
`;

describe('a session in a container of a task', () => {
  let directory: string;
  const notes: string[] = [];
  const registered: (string | undefined)[] = [];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'exec-'));
    notes.length = registered.length = 0;
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  function open(options: {
    readonly tasks?: readonly object[];
    readonly plugin?: string | undefined;
    readonly answers?: Readonly<Record<string, Answer>>;
    readonly task?: string;
    readonly service?: object;
    readonly definition?: object;
  }) {
    const { tasks = [task(OTHER), task(ID)] } = options;
    if ('plugin' in options && options.plugin === undefined) {
      // It is not installed.
    } else {
      const file = join(directory, 'session-manager-plugin');
      writeFileSync(file, options.plugin ?? plugin('1.2.694.0'));
      chmodSync(file, 0o755);
    }
    const aws = fakeAws({
      'ecs:ListTasks': () => ({ taskArns: tasks.map((one) => (one as { taskArn: string }).taskArn) }),
      'ecs:DescribeTasks': () => ({ tasks }),
      'ecs:DescribeServices': () => ({ services: [{ status: 'ACTIVE', ...options.service }] }),
      'ecs:DescribeTaskDefinition': () => ({
        taskDefinition: {
          family: 'web',
          taskRoleArn: 'arn:aws:iam::111111111111:role/web',
          containerDefinitions: [{ name: 'web', ...options.definition }],
        },
      }),
      'ecs:ExecuteCommand': () => ({
        session: { sessionId: 'ecs-execute-command-1', streamUrl: 'wss://channel', tokenValue: 'hush' },
      }),
      ...options.answers,
    });
    const scope = { cluster: 'main', service: 'web', environment: 'staging' };
    const config = ecsServiceSchema.parse({
      kind: 'ecs-service',
      cluster: 'main',
      service: 'web',
      image: 'web',
    });
    const env = { PATH: `${directory}:/usr/bin:/bin`, CALLED: join(directory, 'called') };
    const parts = {
      scope,
      api: createEcsApi(aws, scope),
      options: { name: 'web', config, aws, clock: new VirtualClock() },
    } as unknown as EcsParts;
    const line = { push: (text: string) => [text], flush: () => [], isHolding: false };
    const onHost: OnHost = {
      processes: createProcesses({ cwd: directory, env, redactor: () => line }),
      secrets: { register: (value) => void registered.push(value) },
      awsVariables: async () => ({ AWS_REGION: 'eu-west-1' }),
    };
    const ended = execInTask(parts, onHost, {
      ...(options.task === undefined ? {} : { task: options.task }),
      command: ['sh', '-c', 'echo "a b"'],
      terminal: processTerminal(env),
      signal: new AbortController().signal,
      note: (message) => void notes.push(message),
    });
    return { ended, aws };
  }
  const called = () => readFileSync(join(directory, 'called'), 'utf8').trimEnd().split('\n');
  const session = () => readFileSync(join(directory, 'called.session'), 'utf8');

  it('is asked for in the task that has run longest, and handed to the plugin, the token not in argv', async () => {
    const { ended, aws } = open({});
    expect(await ended).to.equal(0);
    const asked = aws.asked.find(({ action }) => action === 'ecs:ExecuteCommand');
    expect(asked?.input).to.deep.equal({
      cluster: 'main',
      task: arn(ID),
      container: 'web',
      command: `sh -c 'echo "a b"'`,
      interactive: true,
    });
    expect(called()).to.deep.equal([
      'AWS_SSM_START_SESSION_RESPONSE',
      'eu-west-1',
      'StartSession',
      '',
      `{"Target":"ecs:main_${ID}_${ID}-1"}`,
      'https://ssm.eu-west-1.amazonaws.com',
    ]);
    expect(JSON.parse(session())).to.deep.equal({
      SessionId: 'ecs-execute-command-1',
      StreamUrl: 'wss://channel',
      TokenValue: 'hush',
    });
    expect(registered).to.deep.equal(['hush']);
    expect(notes).to.deep.equal(['01234567 (web:7), container web']);
  });

  it('goes to an old plugin by argv, which knows no other way', async () => {
    await open({ plugin: plugin('1.2.497.0') }).ended;
    expect(called()[0]).to.include('"TokenValue":"hush"');
    expect(session()).to.equal('');
  });

  it('is of the task that is named, and ends with the plugin’s exit code', async () => {
    const { ended, aws } = open({ task: 'fedc', plugin: plugin('1.2.694.0', 9) });
    expect(await ended).to.equal(9);
    expect(aws.asked.find(({ action }) => action === 'ecs:ExecuteCommand')?.input['task']).to.equal(
      arn(OTHER),
    );
  });

  it('asks nothing of AWS where the plugin is missing, and says how to get it', async () => {
    const { ended, aws } = open({ plugin: undefined });
    const error = await rejection(ended, 'TOOL_MISSING');
    expect(error.next).to.equal('Type: node runner tools install session-manager');
    expect(aws.asked).to.deep.equal([]);
  });

  it('says where no task runs, or none that is meant', async () => {
    const none = await rejection(open({ tasks: [] }).ended, 'TASK_NONE');
    expect(none.message).to.equal('no task of web is running');
    expect(none.next).to.include('node runner logs').and.include('node runner scale 1');
    const pending = await rejection(
      open({ tasks: [task(ID, { lastStatus: 'PENDING' })] }).ended,
      'TASK_NONE',
    );
    expect(pending.evidence).to.deep.equal(['01234567 pending']);
    const other = await rejection(open({ task: 'abc' }).ended, 'TASK_NONE');
    expect(other.message).to.equal('no task of web that runs begins with abc');
  });

  it('names all that lacks before it asks for a session', async () => {
    const dead = { ...agent, lastStatus: 'STOPPED' };
    const { ended, aws } = open({
      tasks: [task(ID, { containers: [{ name: 'web', managedAgents: [dead] }], platformVersion: '1.3.0' })],
      definition: { readonlyRootFilesystem: true },
    });
    const error = await rejection(ended, 'EXEC_UNAVAILABLE');
    expect(error.message).to.include('Fargate 1.3.0 has no ECS Exec');
    expect(error.evidence).to.deep.equal([
      'also: its root file system is read-only, and the agent writes there',
    ]);
    expect(aws.asked.some(({ action }) => action === 'ecs:ExecuteCommand')).to.equal(false);
    const off = open({ tasks: [task(ID, { enableExecuteCommand: false })] });
    expect((await rejection(off.ended, 'EXEC_UNAVAILABLE')).next).to.include('execute_command = true');
  });

  it('tells the statement that would have allowed it', async () => {
    const denied = () => {
      throw sdkError('AccessDeniedException', 'no');
    };
    const error = await rejection(
      open({ answers: { 'ecs:ExecuteCommand': denied } }).ended,
      'AWS_ACCESS_DENIED',
    );
    expect(error.next).to.include('"Action":"ecs:ExecuteCommand"').and.include(arn(ID));
  });
});
