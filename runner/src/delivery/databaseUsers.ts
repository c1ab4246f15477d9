import type { Stage } from '../events/stage.js';
import { randomInt } from 'node:crypto';
import { createEcsApi } from '../adapters/aws/ecs.js';
import { createEcsTasks } from '../adapters/aws/ecsTasks.js';
import { readLog } from '../adapters/aws/logs.js';
import { putSecretValue, secretValue } from '../adapters/aws/secrets.js';
import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import {
  drawPassword,
  readDatabaseUsers,
  readUserSecret,
  type DatabaseUser,
  type UserSecret,
} from '../domain/databaseUser.js';
import { StackError } from '../base/errors.js';
import { clientToken } from '../domain/migration.js';
import { shortName } from '../domain/ecsService.js';
import { logStream } from './targets/ecs/diagnosis.js';
import { watchMigration } from './targets/ecs/migrationWatch.js';
import { withLock } from './environmentLock.js';
import { namedOutput } from '../infrastructure/outputs.js';

/** Of the steps that make a user. */
const PHASE = 'database-user';

/**
 * Makes the database users that an environment's Terraform root describes: each gets a password in a secret of its own,
 * and a task that signs in as the database's master makes it. One that stands as it should costs one call.
 *
 * Each step may be repeated: the password is in the secret before the task uses it, and that the user is made is
 * written last.
 * @param stage tells of it
 * @returns names of the users that were made or given another password
 * @throws StackError DATABASE_USER_FAILED with what the task printed; OUTPUT_MISSING, CONFIG_INVALID, LOCKED, AWS_*
 */
export async function createDatabaseUsers(
  context: Context,
  environment: NamedEnvironment,
  stage: Stage,
): Promise<readonly string[]> {
  const config = environment.config['database-users'];
  if (config === undefined) return [];
  const users = await describedUsers(context, environment);
  const waiting = await left(context, environment, users);
  if (waiting.length === 0) return [];
  const locking = { environment: environment.name, stage, waitMs: config.timeout };
  return withLock(context, locking, async (_state, lock) => {
    const signal = AbortSignal.any([context.signal, lock.lost]);
    const made: string[] = [];
    // Another run may have made them while this one waited.
    for (const one of await left(
      context,
      environment,
      waiting.map(({ user }) => user),
    )) {
      await createUser({ context, environment, stage, signal, timeoutMs: config.timeout }, one);
      made.push(one.user.name);
    }
    return made;
  });
}

async function describedUsers(
  context: Context,
  environment: NamedEnvironment,
): Promise<readonly DatabaseUser[]> {
  const { output = '' } = (await context.resolve(environment.config['database-users'], environment)) ?? {};
  const described = await namedOutput(context, environment, output, 'database-users.output');
  return readDatabaseUsers(described, `output "${output}" of ${environment.name}`);
}

interface MissingUser {
  readonly user: DatabaseUser;
  readonly secret: UserSecret | undefined;
}

/** The users that are not yet made by the task definition that describes them now. */
async function left(
  context: ContextWith<'aws' | 'secrets'>,
  environment: NamedEnvironment,
  users: readonly DatabaseUser[],
): Promise<readonly MissingUser[]> {
  if (users.length === 0) return [];
  const aws = await context.aws(environment);
  const looked = await Promise.all(
    users.map(async (user): Promise<MissingUser> => {
      const secret = readUserSecret(await secretValue(aws, user.secret));
      if (secret !== undefined) context.secrets.register(secret.password);
      return { user, secret: secret?.username === user.username ? secret : undefined };
    }),
  );
  return looked.filter(({ user, secret }) => secret?.madeBy !== user.taskDefinition);
}

interface UserCreation {
  readonly context: ContextWith<'aws' | 'clock' | 'secrets'>;
  readonly environment: NamedEnvironment;
  readonly stage: Stage;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

async function createUser(making: UserCreation, { user, secret }: MissingUser): Promise<void> {
  const { context, environment, signal } = making;
  const aws = await context.aws(environment);
  signal.throwIfAborted();
  const known = secret ?? { username: user.username, password: drawPassword((limit) => randomInt(limit)) };
  context.secrets.register(known.password);
  const { username, password } = known;
  if (secret === undefined) {
    await putSecretValue(aws, user.secret, JSON.stringify({ username, password }));
    making.stage.subject(user.name).progress(PHASE, `${username} has a password now`);
  }
  await runTask(making, user);
  // Of a user that was made before, no task has to hear: the password stays.
  if (known.madeBy === undefined) await restartTasks(making, user);
  const madeBy = user.taskDefinition;
  await putSecretValue(aws, user.secret, JSON.stringify({ username, password, madeBy }));
}

/** Runs the task that makes the user, to its end. */
async function runTask(making: UserCreation, user: DatabaseUser): Promise<void> {
  const { context, environment, stage, signal, timeoutMs } = making;
  const { clock } = context;
  const aws = await context.aws(environment);
  const scope = { cluster: user.cluster, service: user.name, environment: environment.name };
  const tasks = createEcsTasks(aws, scope);
  const { definition } = await createEcsApi(aws, scope).describeTaskDefinition(user.taskDefinition, signal);
  const startedBy = `database-user/${user.name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 22)}`;
  const { task, refused } = await tasks.run({
    taskDefinition: user.taskDefinition,
    startedBy,
    clientToken: clientToken(`${startedBy}/${clock.now().toISOString()}`, user.taskDefinition),
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: [...user.subnets],
        securityGroups: [...user.securityGroups],
        ...(user.publicAddress === true ? { assignPublicIp: 'ENABLED' as const } : {}),
      },
    },
    ...(user.capacityProvider === undefined
      ? { launchType: user.launchType ?? 'FARGATE' }
      : { capacityProviderStrategy: [{ capacityProvider: user.capacityProvider }] }),
  });
  const failure = (reason: string, evidence: readonly string[]) => {
    const group = logStream(definition, user.container, '')?.group;
    return new StackError('DATABASE_USER_FAILED', `the user ${user.username} was not created: ${reason}`, {
      where: `database user ${user.name}, environment ${environment.name}`,
      evidence,
      next: `Fix the cause, then \`node runner apply --env ${environment.name}\`, which continues here${group === undefined ? '' : ` (all its output: aws logs tail ${group} --since 1h)`}.`,
    });
  };
  if (task === undefined) throw failure(`the platform has no capacity for its task (${refused})`, []);
  await watchMigration(
    {
      tasks,
      clock,
      place: scope,
      definition,
      container: user.container,
      timeoutMs,
      rollout: { stage, signal, journal: async () => undefined },
      subject: stage.subject(user.name),
      readLog: (stream, from, ended) => readLog(aws, stream, from, ended),
      source: `database user ${user.name}`,
      words: { phase: PHASE, done: `${user.username} made`, work: 'database user', failure },
    },
    task,
  );
}

/** Tasks read a secret when they start: those that began before it had its value, or with another, are replaced. */
async function restartTasks(making: UserCreation, user: DatabaseUser): Promise<void> {
  const { context, environment, signal } = making;
  const aws = await context.aws(environment);
  const subject = making.stage.subject(user.name);
  for (const service of user.services) {
    const api = createEcsApi(aws, { cluster: user.cluster, service, environment: environment.name });
    const { taskDefinition = '' } = await api.describeService(signal);
    const { definition } = await api.describeTaskDefinition(taskDefinition, signal);
    if (!JSON.stringify(definition.containerDefinitions ?? []).includes(user.secret)) {
      const runs = `${service} runs ${shortName(taskDefinition)}, which does not read this secret`;
      subject.progress(PHASE, `${runs}: deploy the revision that Terraform created`);
      continue;
    }
    await api.update({ taskDefinition, force: true }, signal);
    subject.progress(
      PHASE,
      `${service} restarts its tasks (${shortName(taskDefinition)}), to read the secret`,
    );
  }
}
