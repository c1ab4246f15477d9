import { isJson, refusal, type AwsAnswer, type AwsRequest, type Truth } from './exchange.js';

/** What may go wrong with any call, but for a torn connection. */
export type AnsweredFault = 'throttle' | 'expired' | 'error';

/** A fault as the service of the request words it. */
export function faultAnswer(request: AwsRequest, kind: AnsweredFault): AwsAnswer {
  const json = isJson(request);
  if (kind === 'expired') {
    const code = json ? 'ExpiredTokenException' : 'ExpiredToken';
    return refusal(request, json ? 400 : 403, code, 'The security token included in the request is expired');
  }
  if (kind === 'error')
    return refusal(request, 500, json ? 'ServerException' : 'InternalFailure', 'Service unavailable');
  if (json) return refusal(request, 400, 'ThrottlingException', 'Rate exceeded');
  if (request.action.startsWith('EC2.'))
    return refusal(request, 503, 'RequestLimitExceeded', 'Request limit exceeded.');
  if (request.action.includes(' '))
    return refusal(request, 503, 'SlowDown', 'Please reduce your request rate.');
  return refusal(request, 400, 'Throttling', 'Rate exceeded');
}

/** A busy account: the first request of each action is throttled, and every `every`th after it. */
export function busyAccount(every = 7): Truth {
  const asked = new Map<string, number>();
  return async (request, send) => {
    // Objects of a bucket are asked for by one action.
    const action = request.action.replace(/^(\w+ \/[^/]*).*/, '$1');
    const count = asked.get(action) ?? 0;
    asked.set(action, count + 1);
    // Registries and load balancers are no part of the API.
    if (/^[A-Z]+ \/(?:_alb|v2)/.test(request.action) || count % every !== 0) return send(request);
    return faultAnswer(request, 'throttle');
  };
}
