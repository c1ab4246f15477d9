/** What of the SDK's commands and their middleware this needs; their own types differ from client to client. */
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
 * Keeps what AWS really answered beside what the SDK makes of it: the SDK drops every member that its own version does
 * not know.
 *
 * @returns tells the answer's JSON; undefined where none came by this way
 */
export function keepAnswer(command: object): () => Readonly<Record<string, unknown>> | undefined {
  let text: string | undefined;
  const middleware = (next: Next) => async (args: Handled) => {
    const result = await next(args);
    const { response } = result;
    const bytes = await bytesOf(response.body);
    if (response.statusCode === 200) text = new TextDecoder().decode(bytes);
    response.body = bytes;
    return result;
  };
  // Within the SDK's own reading of the answer.
  (command as Command).middlewareStack?.add(middleware, {
    step: 'deserialize',
    priority: 'low',
    name: 'automation-stack-keep',
  });
  return () => (text === undefined ? undefined : (JSON.parse(text) as Readonly<Record<string, unknown>>));
}

/** Sends an input as it is: the SDK's own writing of it would leave out every member that its version does not know. */
export function sendAsItIs(command: object, input: object): void {
  const middleware = (next: Next) => async (args: Handled) => {
    args.request.body = JSON.stringify(input);
    return next(args);
  };
  // Before its length is counted and it is signed.
  (command as Command).middlewareStack?.add(middleware, {
    step: 'build',
    priority: 'high',
    name: 'automation-stack-send',
  });
}

/** What is told as null is not there; sent back, it would be refused. */
export const withoutNull = <T extends object>(value: T): T =>
  JSON.parse(JSON.stringify(value, (_, member: unknown) => (member === null ? undefined : member))) as T;

async function bytesOf(body: unknown): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  if (typeof body === 'string') return new TextEncoder().encode(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
