import type { IncomingHttpHeaders } from 'node:http';

/** One request of the AWS API, or of whatever else stands behind the proxy. */
export interface AwsRequest {
  /** `ECS.UpdateService`, `ELB.RegisterTargets`, or `GET /bucket/key` for services without actions. */
  readonly action: string;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface AwsAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Send = (request: AwsRequest) => Promise<AwsAnswer>;

/** Something that AWS does and the emulator does not: stands between a request and its answer. */
export type Truth = (request: AwsRequest, send: Send) => Promise<AwsAnswer>;

/** What a JSON service is asked. */
export type Json = Record<string, unknown>;

export const jsonOf = ({ body }: { readonly body: Buffer }): Json =>
  body.length === 0 ? {} : (JSON.parse(body.toString('utf8')) as Json);

/** The fields of a request in the query protocol: `Targets.member.1.Id` and the like. */
export const formOf = ({ body }: AwsRequest): URLSearchParams => new URLSearchParams(body.toString('utf8'));

/** The values of a list in the query protocol, whichever way it is flattened. */
export function listIn(form: URLSearchParams, name: string, field = ''): readonly string[] {
  const pattern = new RegExp(
    String.raw`^${name}\.(?:member\.)?\d+${field === '' ? '' : String.raw`\.${field}`}$`,
  );
  return [...form].filter(([key]) => pattern.test(key)).map(([, value]) => value);
}

/** The same request with another body. */
export const withBody = (request: AwsRequest, body: string): AwsRequest => ({
  ...request,
  headers: { ...request.headers, 'content-length': String(Buffer.byteLength(body)) },
  body: Buffer.from(body),
});

/** The same caller's question for another action of a service that speaks JSON. */
export function asking(request: AwsRequest, action: string, body: object): AwsRequest {
  const target = String(request.headers['x-amz-target']).replace(/\w+$/, action);
  return withBody(
    { ...request, headers: { ...request.headers, 'x-amz-target': target } },
    JSON.stringify(body),
  );
}

/** The same answer with another body. */
export const answered = (answer: AwsAnswer, body: Json | string): AwsAnswer => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const { 'transfer-encoding': _, ...headers } = answer.headers;
  return {
    ...answer,
    headers: { ...headers, 'content-length': String(Buffer.byteLength(text)) },
    body: Buffer.from(text),
  };
};

/** Whether a service speaks JSON; the others speak XML. */
export const isJson = ({ headers }: AwsRequest): boolean => headers['x-amz-target'] !== undefined;

/** An error as the service of the request words it. */
export function refusal(request: AwsRequest, status: number, code: string, message: string): AwsAnswer {
  const text = isJson(request)
    ? JSON.stringify({ __type: code, message })
    : xmlRefusal(request, code, message.replaceAll('&', '&amp;').replaceAll('<', '&lt;'));
  const type = isJson(request) ? 'application/x-amz-json-1.1' : 'text/xml';
  const headers = { 'content-type': type, 'content-length': String(Buffer.byteLength(text)) };
  return { status, headers, body: Buffer.from(text) };
}

function xmlRefusal({ action }: AwsRequest, code: string, message: string): string {
  const error = `<Code>${code}</Code><Message>${message}</Message>`;
  if (action.startsWith('EC2.'))
    return `<Response><Errors><Error>${error}</Error></Errors><RequestID>fault</RequestID></Response>`;
  if (action.includes(' ')) return `<Error>${error}</Error>`;
  return `<ErrorResponse><Error><Type>Sender</Type>${error}</Error><RequestId>fault</RequestId></ErrorResponse>`;
}
