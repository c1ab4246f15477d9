import type { STSClient } from '@aws-sdk/client-sts';
import { trustStatement } from '../../domain/awsRole.js';
import { StackError } from '../../base/errors.js';
import type { Clock } from '../../base/ports.js';
import type { SecretRegistry } from '../../secrets/redact.js';
import type { AwsCall } from './call.js';
import { awsReason } from './awsErrors.js';
import { sdk } from './sdk.js';

/** A role that is assumed for an environment. */
export interface RoleToAssume {
  readonly arn: string;
  /** Says who and which run, in CloudTrail and in the trust policy; at most 64 characters. */
  readonly sessionName: string;
  readonly externalId?: string | undefined;
  /** An hour where left out. */
  readonly durationMs?: number | undefined;
}

/** Credentials as the SDK takes them. */
export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** The SDK asks for new ones so long before the old ones end; nothing may then be sent with these. */
const RENEWED_BEFORE_MS = 5 * 60_000;

/**
 * Credentials of a role, for all clients of an environment: assumed when they are first needed, and again before they
 * end. Where they cannot be renewed, those that are there serve to their end.
 * @param base what asks for them, with credentials of its own
 * @returns to be given to clients as `credentials`; it throws StackError AWS_ACCESS_DENIED where the role is not ours to
 *   assume, saying who asked and what its trust policy has to allow
 */
export function assumedCredentials(
  role: RoleToAssume,
  base: {
    readonly sts: () => Promise<STSClient>;
    readonly call: AwsCall;
    readonly clock: Clock;
    readonly secrets: SecretRegistry;
  },
): () => Promise<SessionCredentials> {
  const leftMs = ({ expiration }: SessionCredentials) => expiration.getTime() - base.clock.now().getTime();
  let current: SessionCredentials | undefined;
  let asking: Promise<SessionCredentials> | undefined;
  const renew = async (): Promise<SessionCredentials> => {
    try {
      return (current = await assume(role, base));
    } catch (error) {
      if (current !== undefined && leftMs(current) > 0) return current;
      throw error;
    }
  };
  return async () => {
    if (current !== undefined && leftMs(current) > RENEWED_BEFORE_MS) return current;
    // Side by side many ask at once: one answer is for all of them.
    asking ??= renew().finally(() => (asking = undefined));
    return asking;
  };
}

async function assume(
  role: RoleToAssume,
  base: Parameters<typeof assumedCredentials>[1],
): Promise<SessionCredentials> {
  const { AssumeRoleCommand } = await sdk.sts();
  const client = await base.sts();
  const command = new AssumeRoleCommand({
    RoleArn: role.arn,
    RoleSessionName: role.sessionName,
    ...(role.externalId === undefined ? {} : { ExternalId: role.externalId }),
    ...(role.durationMs === undefined ? {} : { DurationSeconds: Math.round(role.durationMs / 1000) }),
  });
  const what = { action: 'sts:AssumeRole', resource: role.arn };
  const answer = await base.call(client, command, what).catch(async (error: unknown) => {
    throw await explained(error, role, base);
  });
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '', Expiration } = answer.Credentials ?? {};
  base.secrets.register(SecretAccessKey);
  base.secrets.register(SessionToken);
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration ?? new Date(base.clock.now().getTime() + (role.durationMs ?? 3_600_000)),
  };
}

/** A refusal in words: AWS answers the same for a role that is not there and for one that does not trust us. */
async function explained(
  error: unknown,
  role: RoleToAssume,
  base: Parameters<typeof assumedCredentials>[1],
): Promise<unknown> {
  if (!(error instanceof StackError)) return error;
  if (
    error.code === 'AWS_REFUSED' &&
    /DurationSeconds|MaxSessionDuration|role chaining/i.test(errorText(error))
  ) {
    return new StackError('AWS_REFUSED', `${role.arn} does not allow a session of that length`, {
      where: role.arn,
      evidence: error.evidence,
      next: 'Set `aws: { session-duration: 1h }` (the maximum when one role assumes another), or raise the role’s maximum session duration.',
      cause: error.cause,
    });
  }
  if (error.code !== 'AWS_ACCESS_DENIED') return error;
  const { GetCallerIdentityCommand } = await sdk.sts();
  const who = await base
    .call(await base.sts(), new GetCallerIdentityCommand({}), { action: 'sts:GetCallerIdentity' })
    .then(({ Arn }) => Arn)
    .catch(() => undefined);
  return new StackError('AWS_ACCESS_DENIED', `${who ?? 'the caller'} may not assume ${role.arn}`, {
    where: role.arn,
    evidence: [...error.evidence, `session ${role.sessionName}`],
    next:
      `Check that the role exists and that its trust policy contains ${trustStatement(who ?? 'arn:aws:iam::ACCOUNT:role/NAME', role.externalId)}, ` +
      `and that the caller is allowed ${JSON.stringify({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: role.arn })}.`,
    cause: error.cause,
  });
}

const errorText = (error: StackError): string =>
  [error.message, awsReason(error), ...error.evidence].join(' ');
