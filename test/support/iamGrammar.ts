import type { PolicyDocument } from '../../runner/src/iam/rules/policyDocument.js';

const ARN =
  /^arn:aws(?:-cn|-us-gov)?:[a-z0-9-]+:(?:[a-z]{2}(?:-[a-z]+)+-\d|\*)?:(?:\d{12}|\*)?:[A-Za-z0-9_+=,.@*?/:!-]+$/;
const OPERATORS = [
  ...['StringEquals', 'StringLike', 'ArnEquals', 'ArnLike', 'Null'],
  ...['StringEqualsIfExists', 'ForAllValues:StringEquals'],
];

/**
 * What IAM would refuse of a policy, or should: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 * @returns one line a fault; empty where it is well
 */
export function grammarFaults(document: PolicyDocument): readonly string[] {
  const faults: string[] = [];
  const sids = document.Statement.map(({ Sid }) => Sid);
  if (document.Version !== '2012-10-17') faults.push(`version ${String(document.Version)}`);
  if (new Set(sids).size !== sids.length) faults.push(`a Sid twice: ${sids.join(', ')}`);
  for (const { Sid, Effect, Action, Resource, Condition, ...rest } of document.Statement) {
    const fault = (text: string) => faults.push(`${Sid}: ${text}`);
    if (!/^[A-Za-z0-9]+$/.test(Sid)) fault('its Sid has other characters than letters and digits');
    if (String(Effect) !== 'Allow') fault(`effect ${String(Effect)}`);
    if (Object.keys(rest).length > 0) fault(`unknown keys ${Object.keys(rest).join(', ')}`);
    if (Action.length === 0 || Resource.length === 0) fault('it allows nothing');
    if (new Set(Action).size !== Action.length) fault('an action twice');
    for (const action of Action) if (!isAction(action)) fault(`no action: ${action}`);
    if (Resource.includes('*') && Resource.length > 1) fault('"*" beside other resources');
    for (const one of Resource) if (one !== '*' && !ARN.test(one)) fault(`no ARN: ${one}`);
    for (const [operator, keys] of Object.entries(Condition ?? {})) {
      if (!OPERATORS.includes(operator)) fault(`no operator: ${operator}`);
      for (const [key, values] of Object.entries(keys)) {
        if (!/^[a-z0-9-]+:[A-Za-z]+(?:\/[\w:-]+)?$/.test(key) || values.length === 0)
          fault(`no condition: ${key}`);
      }
    }
  }
  return faults;
}

/** `service:Name`, without a wildcard: nobody can tell what one will allow next year. */
export const isAction = (text: string): boolean => /^[a-z0-9-]+:[A-Z][A-Za-z0-9]+$/.test(text);
