/** Characters that STS takes in the name of a session. */
const FOREIGN = /[^A-Za-z0-9_+=,.@-]+/g;
const LONGEST = 64;
const SHORTEST_PART = 8;

/** The account that a role belongs to; undefined where the text is not the ARN of a role yet, because of a reference. */
export function accountOfRole(role: string): string | undefined {
  return /^arn:aws[a-z-]*:iam::(\d{12}):role\/./.exec(role)?.[1];
}

/** The part of AWS that an ARN is of: `aws`, `aws-cn`, `aws-us-gov`. */
export const partitionOfArn = (arn: string): string => arn.split(':')[1] ?? 'aws';

/** The part of AWS that a region is in. */
export function partitionOfRegion(region: string): string {
  const known = /^(?:(cn|us-gov|us-iso|us-isob|us-isof|eu-isoe)-(?=[a-z]+-\d)|(eusc)-)/.exec(region);
  const prefix = known?.[1] ?? known?.[2];
  const names: Readonly<Record<string, string>> = {
    cn: 'aws-cn',
    'us-gov': 'aws-us-gov',
    'us-iso': 'aws-iso',
    'us-isob': 'aws-iso-b',
    'us-isof': 'aws-iso-f',
    'eu-isoe': 'aws-iso-e',
    eusc: 'aws-eusc',
  };
  return prefix === undefined ? 'aws' : (names[prefix] ?? 'aws');
}

/**
 * The name of a session, which CloudTrail shows beside everything that is done with it: for which environment of which
 * application, in which run, and who began it. Where that is too long each part is cut by its share; of a run's name
 * the end is kept, where its number stands.
 */
export function sessionName(of: {
  readonly application: string;
  readonly environment: string;
  readonly run: string | undefined;
  readonly who: string;
}): string {
  const parts = [
    { text: `${of.application}-${of.environment}`, isEnd: false },
    { text: of.run ?? '', isEnd: true },
    { text: of.who, isEnd: false },
  ]
    .map(({ text, isEnd }) => ({ text: text.replaceAll(FOREIGN, '-').replaceAll(/^-+|-+$/g, ''), isEnd }))
    .filter(({ text }) => text !== '');
  const dashes = parts.length - 1;
  const total = parts.reduce((sum, { text }) => sum + text.length, 0);
  const room = LONGEST - dashes;
  const share = (length: number) => Math.max(SHORTEST_PART, Math.floor((room * length) / total));
  const cut = ({ text, isEnd }: (typeof parts)[number]) => {
    const length = share(text.length);
    return isEnd ? text.slice(-length) : text.slice(0, length);
  };
  const names = total <= room ? parts.map(({ text }) => text) : parts.map(cut);
  return names.join('-').slice(0, LONGEST);
}

/**
 * Who a trust policy has to name so that the bearer of these credentials may assume a role: of an assumed role the role
 * itself, since a session's ARN is another one each time. A role's path is not in it.
 */
export function principalOf(callerArn: string): string {
  const session = /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(callerArn);
  return session === null ? callerArn : `arn:${session[1]}:iam::${session[2]}:role/${session[3]}`;
}

/** The statement that a role's trust policy needs. */
export function trustStatement(callerArn: string, externalId: string | undefined): string {
  return JSON.stringify({
    Effect: 'Allow',
    Principal: { AWS: principalOf(callerArn) },
    Action: 'sts:AssumeRole',
    ...(externalId === undefined ? {} : { Condition: { StringEquals: { 'sts:ExternalId': externalId } } }),
  });
}
