import { StackError } from '../../base/errors.js';
import type { RuleName, RuleTarget, ScheduleRule } from '../../domain/scheduleRule.js';
import { awsReason, refuseFailures } from './awsErrors.js';
import type { AwsClients } from './clients.js';
import { everyPage } from './pages.js';
import { keepRawAnswer, sendRawJson, withoutNull } from './rawJson.js';
import { sdk } from './sdk.js';

type Aws = Pick<AwsClients, 'call' | 'eventBridge'>;

/**
 * Reads a rule.
 * @returns undefined where there is none
 * @throws StackError AWS_*
 */
export async function describeRule(
  aws: Aws,
  rule: RuleName,
  signal?: AbortSignal,
): Promise<ScheduleRule | undefined> {
  const { DescribeRuleCommand } = await sdk.eventBridge();
  const command = new DescribeRuleCommand({ Name: rule.name, ...onBus(rule) });
  try {
    const answer = await aws.call(await aws.eventBridge(), command, what('DescribeRule', rule, signal));
    const { ScheduleExpression: expression, State } = answer;
    return { ...(expression ? { expression } : {}), isEnabled: State !== 'DISABLED' };
  } catch (error) {
    if (awsReason(error) !== 'ResourceNotFoundException') throw error;
    return undefined;
  }
}

/**
 * Reads what a rule starts, one call for a hundred; with every member of AWS's answer, whatever the SDK knows of it.
 * @returns undefined where there is no such rule
 * @throws StackError AWS_*
 */
export async function targetsOfRule(
  aws: Aws,
  rule: RuleName,
  signal?: AbortSignal,
): Promise<readonly RuleTarget[] | undefined> {
  const { ListTargetsByRuleCommand } = await sdk.eventBridge();
  try {
    const targets = await everyPage(async (NextToken) => {
      const command = new ListTargetsByRuleCommand({
        Rule: rule.name,
        ...onBus(rule),
        ...(NextToken && { NextToken }),
      });
      const raw = keepRawAnswer(command);
      const sent = await aws.call(await aws.eventBridge(), command, what('ListTargetsByRule', rule, signal));
      const answer = (raw() as typeof sent | undefined) ?? sent;
      return { items: answer.Targets, next: answer.NextToken };
    });
    return targets.map(withoutNull);
  } catch (error) {
    if (awsReason(error) !== 'ResourceNotFoundException') throw error;
    return undefined;
  }
}

/**
 * Replaces targets of a rule by their ids; harmless to repeat. All others stay as they are.
 * @param targets whole, from `targetsOfRule`: AWS keeps nothing of what was there
 * @throws StackError AWS_REFUSED where it takes only some of them, which it tells in an answer that is no failure; AWS_*
 */
export async function putRuleTargets(
  aws: Aws,
  rule: RuleName,
  targets: readonly RuleTarget[],
  signal?: AbortSignal,
): Promise<void> {
  const { PutTargetsCommand } = await sdk.eventBridge();
  const input = { Rule: rule.name, ...onBus(rule), Targets: [...targets] };
  const command = new PutTargetsCommand(input);
  sendRawJson(command, input);
  const asked = what('PutTargets', rule, signal);
  const { FailedEntryCount = 0, FailedEntries = [] } = await aws.call(
    await aws.eventBridge(),
    command,
    asked,
  );
  refuseFailures(
    FailedEntries.map(({ TargetId, ErrorCode, ErrorMessage }) => ({
      reason: ErrorCode,
      detail: [TargetId, ErrorMessage].filter(Boolean).join(': '),
    })),
    asked,
  );
  if (FailedEntryCount === 0) return;
  throw new StackError('AWS_REFUSED', `events:PutTargets: ${FailedEntryCount} targets were not taken`, {
    where: asked.resource,
    next: 'AWS does not say why; `--verbose` shows each request.',
  });
}

/** A rule in words, as it is also named in the configuration. */
export const ruleWords = ({ name, bus }: RuleName): string => (bus === undefined ? name : `${bus}/${name}`);

const onBus = ({ bus }: RuleName) => (bus === undefined ? {} : { EventBusName: bus });

const what = (action: string, rule: RuleName, signal: AbortSignal | undefined) => ({
  action: `events:${action}`,
  resource: ruleWords(rule),
  ...(signal === undefined ? {} : { signal }),
});
