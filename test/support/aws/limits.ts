import { jsonOf, refusal, type Truth } from './exchange.js';

/** How many of a list each call takes, by the API reference, and how ECS words that it was more, or none. */
const TAKES: Readonly<
  Record<string, { readonly list: string; readonly word: string; readonly most: number }>
> = {
  'ECS.DescribeTasks': { list: 'tasks', word: 'Tasks', most: 100 },
  'ECS.DescribeServices': { list: 'services', word: 'Services', most: 10 },
  'ECR.BatchGetImage': { list: 'imageIds', word: 'imageIds', most: 100 },
  'ECR.DescribeRepositories': { list: 'repositoryNames', word: 'repositoryNames', most: 100 },
};

/** Calls that name too many things, or none, are refused. */
export function limits(): Truth {
  return async (request, send) => {
    const limit = TAKES[request.action];
    if (limit === undefined) return send(request);
    const named = (jsonOf(request)[limit.list] ?? []) as unknown[];
    if (named.length === 0)
      return refusal(request, 400, 'InvalidParameterException', `${limit.word} cannot be empty.`);
    if (named.length <= limit.most) return send(request);
    return refusal(
      request,
      400,
      'InvalidParameterException',
      `${limit.word} cannot have more than ${limit.most} elements`,
    );
  };
}
