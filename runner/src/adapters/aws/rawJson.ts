/** The parts of the SDK's commands and middleware that are used here; their own types differ between clients. */
interface Command {
  readonly middlewareStack?: {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each command has middleware types of its own
    add(middleware: any, options: any): void;
  };
}

type Next = (args: Handled) => Promise<{ response: { statusCode?: number; body?: unknown } }>;

interface Handled {
  readonly request: { body?: unknown };
}

/**
 * Keeps AWS's original answer beside the SDK's result: the SDK drops every member that its version does
 * not know.
 *
 * @returns a function that returns the answer's JSON; undefined if there was none
 */
export function keepRawAnswer(command: object): () => Readonly<Record<string, unknown>> | undefined {
  let text: string | undefined;
  const middleware = (next: Next) => async (args: Handled) => {
    const result = await next(args);
    const { response } = result;
    const bytes = await bytesOf(response.body);
    if (response.statusCode === 200) text = new TextDecoder().decode(bytes);
    response.body = bytes;
    return result;
  };
  // Runs inside of the SDK's deserialisation.
  (command as Command).middlewareStack?.add(middleware, {
    step: 'deserialize',
    priority: 'low',
    name: 'automation-stack-keep',
  });
  return () => (text === undefined ? undefined : (JSON.parse(text) as Readonly<Record<string, unknown>>));
}

/** Sends an input unchanged: the SDK's serialisation would drop every member that its version does not know. */
export function sendRawJson(command: object, input: object): void {
  const middleware = (next: Next) => async (args: Handled) => {
    args.request.body = JSON.stringify(input);
    return next(args);
  };
  // Before the content length and the signature are computed.
  (command as Command).middlewareStack?.add(middleware, {
    step: 'build',
    priority: 'high',
    name: 'automation-stack-send',
  });
}

/** Removes null members: they mean "not set", and AWS would refuse them. */
export const withoutNull = <T extends object>(value: T): T =>
  JSON.parse(JSON.stringify(value, (_, member: unknown) => (member === null ? undefined : member))) as T;

async function bytesOf(body: unknown): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  if (typeof body === 'string') return new TextEncoder().encode(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
