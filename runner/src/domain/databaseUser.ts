import { StackError } from '../base/errors.js';
import { parseExactJson } from '../base/exactJson.js';

/** A database user of an application's own, as the Terraform module `database-user` describes it. */
export interface DatabaseUser {
  readonly name: string;
  readonly username: string;
  /** ARN or name of the secret that holds who it is. */
  readonly secret: string;
  /** ARN of the revision whose task makes it. */
  readonly taskDefinition: string;
  readonly container: string;
  readonly cluster: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly launchType?: 'EC2' | 'FARGATE';
  readonly capacityProvider?: string;
  /** Services of the cluster that read the secret when their tasks start. */
  readonly services: readonly string[];
  /** Whether its task has an address on the internet: in a public subnet it reaches nothing without one. */
  readonly publicAddress?: true;
  /** What a policy names, where the output tells it: the role of the task, and where it writes. */
  readonly executionRole?: string;
  readonly logGroup?: string;
}

/** What the secret of a user holds. */
export interface UserSecret {
  readonly username: string;
  readonly password: string;
  /** The task definition whose task made the user with this password; absent until it has. */
  readonly madeBy?: string;
}

/** Letters and digits alone: no database, URL or shell reads them as anything else. 62^40 is more than 2^237. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
export const PASSWORD_LENGTH = 40;

/**
 * A password.
 * @param below gives a random whole number from 0 to the given one, without it
 */
export function drawPassword(below: (limit: number) => number): string {
  return Array.from({ length: PASSWORD_LENGTH }, () => ALPHABET[below(ALPHABET.length)]).join('');
}

/** What a secret's value says; undefined where it is none of ours: a new password is drawn then. */
export function readUserSecret(value: string | undefined): UserSecret | undefined {
  let parsed: unknown;
  try {
    parsed = parseExactJson(value ?? '');
  } catch {
    return undefined;
  }
  if (!isFields(parsed)) return undefined;
  const { username, password, madeBy } = parsed;
  if (!isText(username) || !isText(password)) return undefined;
  return { username, password, ...(isText(madeBy) ? { madeBy } : {}) };
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);

/**
 * Users from a Terraform output: a map of names to the output `user` of the module, with `services` beside it. A user
 * that is null is another deployment's, and left out. Every mistake is reported at once.
 *
 * @param source where the data came from, for messages: `output "database_users" of staging`
 * @throws StackError CONFIG_INVALID where it has another shape
 */
export function readDatabaseUsers(output: unknown, source: string): readonly DatabaseUser[] {
  const mistakes: string[] = [];
  if (!isFields(output)) mistakes.push('it is not a map of names');
  const users = Object.entries(isFields(output) ? output : {}).flatMap(([name, fields]) => {
    if (fields === null) return [];
    const user = isFields(fields) ? readUser(name, fields, mistakes) : undefined;
    if (!isFields(fields)) mistakes.push(`${name} is not an object`);
    return user === undefined ? [] : [user];
  });
  if (mistakes.length === 0) return users;
  throw new StackError(
    'CONFIG_INVALID',
    `the ${source} does not describe users of databases: ${mistakes[0]}`,
    {
      where: source,
      evidence: mistakes,
      next: 'Give it the form { NAME = merge(module.database_user.user, { services = ["…"] }) } and apply.',
    },
  );
}

function readUser(name: string, fields: Fields, mistakes: string[]): DatabaseUser | undefined {
  const before = mistakes.length;
  const text = (key: string): string => {
    const value = fields[key];
    if (isText(value)) return value;
    mistakes.push(`${name}.${key} is ${value === undefined ? 'missing' : 'not a text'}`);
    return '';
  };
  const texts = (key: string, otherwise?: readonly string[]): readonly string[] => {
    const value = fields[key] ?? otherwise;
    if (isTexts(value)) return value;
    mistakes.push(`${name}.${key} is ${value === undefined ? 'missing' : 'not a list of texts'}`);
    return [];
  };
  const launchType = fields['launch_type'] ?? undefined;
  if (launchType !== undefined && launchType !== 'EC2' && launchType !== 'FARGATE')
    mistakes.push(`${name}.launch_type is neither EC2 nor FARGATE`);
  const capacityProvider = fields['capacity_provider'] ?? undefined;
  const executionRole = fields['execution_role'];
  const logGroup = fields['log_group'];
  const user: DatabaseUser = {
    name,
    username: text('username'),
    secret: text('secret'),
    taskDefinition: text('task_definition'),
    container: text('container'),
    cluster: text('cluster'),
    subnets: texts('subnets'),
    securityGroups: texts('security_groups'),
    ...(launchType === undefined ? {} : { launchType: launchType as 'EC2' | 'FARGATE' }),
    ...(isText(capacityProvider) ? { capacityProvider } : {}),
    services: texts('services', []),
    ...(fields['assign_public_ip'] === true ? { publicAddress: true } : {}),
    ...(isText(executionRole) ? { executionRole } : {}),
    ...(isText(logGroup) ? { logGroup } : {}),
  };
  return mistakes.length === before ? user : undefined;
}
