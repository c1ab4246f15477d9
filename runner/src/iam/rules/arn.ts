/** Where a deployment is, as its ARNs tell it. */
export interface ArnScope {
  readonly region: string;
  /** 12 digits, or `*` where nobody has said. */
  readonly account: string;
}

/** `aws`, `aws-cn` or `aws-us-gov`, told from the region. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/**
 * An ARN of a form such as `ecs:R:A:service/{cluster}/{name}`: `R` and `A` become region and account.
 * @param values of the names in braces; `*` stands for one that is not known. A value that is an ARN stands for its
 *   last part.
 */
export function arnOf(
  place: ArnScope,
  form: string,
  values: Readonly<Record<string, string | undefined>> = {},
): string {
  const [service = '', region = '', account = '', ...rest] = form.split(':');
  const resource = rest
    .join(':')
    .replaceAll(/\{([\w.-]+)\}/g, (_, name: string) => lastPart(values[name]) || '*')
    // The name of a parameter begins with the slash that its ARN has already.
    .replace(/^parameter\/\//, 'parameter/');
  const at = region === 'R' ? place.region : region;
  return `arn:${partitionOf(place.region)}:${service}:${at}:${account === 'A' ? place.account : account}:${resource}`;
}

/** The name that ends an ARN; anything else as it is. */
export function lastPart(value: string | undefined): string | undefined {
  if (value?.startsWith('arn:') !== true) return value;
  const resource = value.split(':').slice(5).join(':');
  return resource.slice(Math.max(resource.lastIndexOf('/'), resource.lastIndexOf(':')) + 1);
}
