import type { AwsAnswer } from '../aws/exchange.js';

export const element = (name: string, inner: string): string => `<${name}>${inner}</${name}>`;

/** A list as EC2 writes it. */
export const elements = (name: string, items: readonly string[], item = 'item'): string =>
  element(name, items.map((one) => element(item, one)).join(''));

/** An answer of EC2, whose result is the answer itself. */
export const xmlAnswer = (action: string, inner: string): AwsAnswer =>
  answerOf('text/xml', `<${action}Response>${inner}</${action}Response>`);

/** An answer of a service of the query protocol. */
export const queryAnswer = (action: string, inner: string): AwsAnswer =>
  xmlAnswer(action, element(`${action}Result`, inner));

export const jsonAnswer = (body: object): AwsAnswer =>
  answerOf('application/x-amz-json-1.0', JSON.stringify(body));

function answerOf(type: string, text: string): AwsAnswer {
  const headers = { 'content-type': type, 'content-length': String(Buffer.byteLength(text)) };
  return { status: 200, headers, body: Buffer.from(text) };
}
