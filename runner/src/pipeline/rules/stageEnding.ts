import { bindingsOf } from './jenkinsBindings.js';
import type { Config } from '../../config/schema.js';
import { StackError } from '../../base/errors.js';

/** What Jenkins says of a stage that could not tell its own end. */
export interface StageEnding {
  readonly ending: 'refused' | 'expired' | 'interrupted' | 'superseded' | 'lost' | 'failed';
  /** Who refused it, or the number of the build that overtook it. */
  readonly by: string | undefined;
  /** Jenkins' own words. */
  readonly reason: string | undefined;
  /** The setting that limited the time; an approval's where left out. */
  readonly key: string | undefined;
  /** How long it was waited for, or could take: `2h`. */
  readonly after: string | undefined;
}

/**
 * The failure that stands for how a stage ended.
 * @param environment that the stage is about
 */
export function failureOfStage(
  config: Config,
  { id: stage, environment }: { readonly id: string; readonly environment?: string },
  how: StageEnding,
): StackError {
  const { ending, by, after } = how;
  const reason = how.reason ?? 'the build was aborted';
  const subject = environment ?? stage;
  switch (ending) {
    case 'refused':
      return new StackError('APPROVAL_REFUSED', `refused by ${by ?? 'somebody'}`, {
        where: subject,
        next: 'Run the build again when it may be approved; earlier stages are not built again.',
      });
    case 'expired':
      return how.key === undefined
        ? new StackError(
            'APPROVAL_EXPIRED',
            `nobody approved it within ${after ?? 'the time given'} (jenkins.approval.timeout)`,
            {
              where: subject,
              next: 'Run the build again, or set jenkins.approval.timeout.',
            },
          )
        : timedOut(stage, how.key, after);
    case 'superseded':
      return new StackError(
        'SUPERSEDED',
        `superseded by ${by === undefined ? 'a newer build' : `build ${by}`}`,
        {
          where: stage,
          next: 'Nothing needs to be done: the newer build contains the changes of this one.',
        },
      );
    case 'lost':
      return new StackError('AGENT_LOST', 'the agent that ran it was lost', {
        where: stage,
        next: '`node runner status` says whether a deployment was cut off; then run the build again.',
      });
    case 'failed':
      return failedInJenkins(config, stage, reason);
    case 'interrupted':
      return new StackError('INTERRUPTED', reason, {
        where: stage,
        next: 'Run the build again; stages that succeeded are not repeated.',
      });
  }
}

function timedOut(stage: string, key: string, after: string | undefined): StackError {
  const limit = after === undefined ? key : `${key} (${after})`;
  return new StackError('TIMED_OUT', `${limit} passed in ${stage}`, {
    where: stage,
    next: `Find in its last lines what took so long, or raise ${key}, then run the build again.`,
  });
}

/** A step of Jenkins itself; a credential that is missing is named with the variable that it is for. */
function failedInJenkins(config: Config, stage: string, reason: string): StackError {
  const missing = bindingsOf(config).find(({ id }) =>
    new RegExp(`(?<![\\w.-])${escaped(id)}(?![\\w.-])`).test(reason),
  );
  if (missing === undefined || !/credential/i.test(reason)) {
    return new StackError('JENKINS_FAILED', reason, {
      where: stage,
      next: 'A step of Jenkins itself failed: fix its cause, then run the build again.',
    });
  }
  const { id, kind, variable } = missing;
  const [what, key] =
    variable === undefined
      ? ['AWS', 'jenkins.aws-credentials']
      : [variable, `jenkins.credentials.${variable}`];
  return new StackError('JENKINS_FAILED', `the credential ${id} for ${what} cannot be bound`, {
    where: key,
    evidence: [reason],
    next: `Add a credential of the kind ${KINDS[kind]} with the id ${id} to Jenkins, or name another one in ${key}; then run the build again.`,
  });
}

const KINDS = {
  text: 'secret text',
  file: 'secret file',
  'ssh-key': 'SSH username with private key',
  password: 'username with password',
  aws: 'AWS credentials',
} as const;

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
