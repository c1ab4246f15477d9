import { answered, jsonOf, withBody, type AwsRequest, type Send, type Truth } from './exchange.js';

/**
 * GetLogEvents as CloudWatch answers it: little at once, sometimes nothing though there is more, and at the end of
 * the stream the token that was sent.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
 */
export function logPages(size: number): Truth {
  return async (request, send) => {
    const { answer, events } = await wholeStream(request, send);
    if (answer.status !== 200) return answer;
    const { nextToken, startFromHead, limit = size } = jsonOf(request);
    const count = Math.min(size, Number(limit));
    const page = (from: number, to: number) =>
      answered(answer, {
        events: events.slice(from, to),
        nextForwardToken: `f/${to}`,
        nextBackwardToken: `b/${from}`,
      });
    const end = events.length;
    if (typeof nextToken !== 'string') return startFromHead === true ? page(0, 0) : page(end, end);
    const [way, text] = nextToken.split('/');
    const at = Math.min(Number(text), end);
    return way === 'f' ? page(at, Math.min(end, at + count)) : page(Math.max(0, at - count), at);
  };
}

async function wholeStream(request: AwsRequest, send: Send) {
  const { nextToken: _, limit: __, ...rest } = jsonOf(request);
  const answer = await send(withBody(request, JSON.stringify({ ...rest, startFromHead: true })));
  const events = answer.status === 200 ? ((jsonOf(answer)['events'] ?? []) as unknown[]) : [];
  return { answer, events };
}
