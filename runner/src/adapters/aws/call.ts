import type { SecretRegistry } from '../../secrets/redact.js';
import { awsError, type AwsAction } from './awsErrors.js';

/** Number of requests to AWS by action, including retries. */
export class CallCounter {
  private readonly counts = new Map<string, number>();
  /** Called after each request, for `--verbose`. */
  onCall: ((action: string, resource: string | undefined, attempts: number) => void) | undefined;

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  byAction(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.counts);
  }

  add(what: AwsAction, attempts: number): void {
    this.counts.set(what.action, (this.counts.get(what.action) ?? 0) + attempts);
    this.onCall?.(what.action, what.resource, attempts);
  }
}

interface Answered {
  readonly $metadata?: { readonly attempts?: number };
}

/** Any SDK client; the type of the command checks its input. */
interface SdkClient {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each client overloads send() over its own commands
  send(command: any, options?: any): unknown;
  readonly config: { readonly credentials?: unknown };
}

/** The output type of a command, from the SDK's types. */
type OutputOf<Command> = Command extends {
  resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: infer Output }>;
}
  ? Output
  : never;

export interface CallWhat extends AwsAction {
  /** Ends the request, and the wait before its next attempt. */
  readonly signal?: AbortSignal;
  /**
   * How long to wait if AWS does not answer, in milliseconds; by default two minutes. Set it for
   * calls that only collect evidence.
   */
  readonly patienceMs?: number;
  /** Called before a repeated request after no answer: the first request may have arrived. */
  readonly onRepeat?: () => void;
}

/**
 * Sends one command.
 *
 * @throws StackError AWS_* with the request, AWS's message and what to do; the signal's reason on abort
 */
export type AwsCall = <Command>(
  client: SdkClient,
  command: Command,
  what: CallWhat,
) => Promise<OutputOf<Command>>;

export function createCall(calls: CallCounter, secrets: SecretRegistry): AwsCall {
  const known = new WeakSet<object>();
  return async (client, command, what) => {
    what.signal?.throwIfAborted();
    try {
      if (!known.has(client)) {
        // Keys from a profile or a role are secrets too. The SDK caches them, so this costs nothing.
        await registerCredentials(client, secrets);
        known.add(client);
      }
      const sent = client.send(command, what.signal === undefined ? {} : { abortSignal: what.signal });
      const output = (await sent) as OutputOf<typeof command> & Answered;
      calls.add(what, output.$metadata?.attempts ?? 1);
      return output;
    } catch (error) {
      what.signal?.throwIfAborted();
      const attempts = (error as { $metadata?: { attempts?: number } }).$metadata?.attempts;
      if (attempts !== undefined) calls.add(what, attempts);
      throw awsError(error, what);
    }
  };
}

async function registerCredentials(client: SdkClient, secrets: SecretRegistry): Promise<void> {
  const { credentials } = client.config;
  if (typeof credentials !== 'function') return;
  const provide = credentials as () => Promise<{ secretAccessKey?: string; sessionToken?: string }>;
  const found = await provide();
  secrets.register(found.secretAccessKey);
  secrets.register(found.sessionToken);
}
