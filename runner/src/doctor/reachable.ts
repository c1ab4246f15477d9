import type { Context, ContextWith, Kinds, NamedEnvironment } from '../context/context.js';
import { hasHosts } from '../context/kinds.js';
import { notCreatedYet, type Check, type Finding, type Needs } from '../domain/finding.js';
import { StackError } from '../base/errors.js';

const MINUTE_MS = 60_000;
/** Credentials that end sooner may not see a deploy to its end. */
const SOON_MS = 30 * MINUTE_MS;
const REGISTRY_LIMIT_MS = 8000;

/** What an environment needs beyond this machine. */
export function serviceChecks(
  context: Context,
  environments: readonly NamedEnvironment[],
  { needs, kinds }: { readonly needs: Needs; readonly kinds: Kinds },
): readonly Check[] {
  return environments.flatMap((environment): Check[] => {
    const { name } = environment;
    const usesAws = needs.aws.includes(name);
    return [
      ...(usesAws
        ? [
            {
              id: `aws:${name}`,
              title: `AWS of ${name}`,
              required: true,
              run: () => credentials(context, environment),
            },
          ]
        : []),
      ...(usesAws && needs.docker
        ? [
            {
              id: `registry:${name}`,
              title: `Registry of ${name}`,
              required: true,
              run: () => registry(context, environment),
            },
          ]
        : []),
      ...(hasHosts(kinds, environment)
        ? [
            {
              id: `hosts:${name}`,
              title: `Hosts of ${name}`,
              required: true,
              run: () => hosts(context, environment),
            },
          ]
        : []),
    ];
  });
}

async function credentials(
  context: ContextWith<'aws' | 'clock'>,
  environment: NamedEnvironment,
): Promise<Finding> {
  const [aws, { callerOf, readIdentity, verifyAccount }] = await Promise.all([
    context.aws(environment),
    import('../adapters/aws/callerIdentity.js'),
  ]);
  const identity = (await verifyAccount(aws, environment.name)) ?? (await readIdentity(aws));
  // A session of a role is renewed by itself: what counts is how long who asks for it may do so.
  const { expiration } = await (await (aws.assumed?.base() ?? aws.sts())).config.credentials();
  const asker = aws.assumed === undefined ? '' : `, assumed by ${await callerOf(aws)}`;
  const found = `${identity.arn} in ${aws.region}${asker}`;
  if (expiration === undefined) return { status: 'ok', found };
  const leftMs = expiration.getTime() - context.clock.now().getTime();
  const words = `${found}, for another ${Math.max(0, Math.round(leftMs / MINUTE_MS))} min`;
  if (leftMs > SOON_MS) return { status: 'ok', found: words };
  return {
    status: 'warning',
    found: words,
    next: 'Renew the credentials before a long deploy: aws sso login',
  };
}

async function registry(
  context: ContextWith<'aws' | 'env' | 'secrets' | 'signal'>,
  environment: NamedEnvironment,
): Promise<Finding> {
  const [{ openRegistry }, { probe }] = await Promise.all([
    import('../release/imageRegistry.js'),
    import('../adapters/http/httpProbe.js'),
  ]);
  const { host } = await (await openRegistry(context, environment)).login();
  // Docker too speaks plain HTTP to registries on this machine only.
  const scheme = /^(?:localhost|127\.[\d.]+)(?::|$|\/)/.test(host) ? 'http' : 'https';
  const answer = await probe(`${scheme}://${host}/v2/`, {
    timeoutMs: REGISTRY_LIMIT_MS,
    signal: context.signal,
    env: context.env,
  });
  // 401: it is there, and asks for the login that was just given.
  if (answer.status === 200 || answer.status === 401)
    return { status: 'ok', found: `${host} accepts the login` };
  return {
    status: 'failed',
    found: `${host}: ${answer.words}`,
    next: `Check the network to it: curl -i ${scheme}://${host}/v2/`,
  };
}

async function hosts(context: Context, environment: NamedEnvironment): Promise<Finding> {
  const { hostsOf } = await import('../hosts/inventory.js');
  let found;
  try {
    found = await hostsOf(context, environment);
  } catch (error) {
    return notCreatedYet(error, environment.name);
  }
  const ssh = await context.ssh(environment);
  try {
    const failures = (
      await ssh.each(found, async (host) =>
        ssh.ready(host, { timeoutMs: 0, signal: context.signal }).then(
          () => undefined,
          (error: unknown) => ({ host: host.name, error: error as Error }),
        ),
      )
    ).filter((failure) => failure !== undefined);
    const [first] = failures;
    if (first === undefined)
      return { status: 'ok', found: `${found.length} of ${found.length} accept SSH connections` };
    const next = first.error instanceof StackError ? first.error.next : undefined;
    return {
      status: 'failed',
      found: `${failures.map(({ host }) => host).join(', ')} of ${found.length}: ${first.error.message}`,
      ...(next === undefined ? {} : { next }),
    };
  } finally {
    ssh.close();
  }
}
