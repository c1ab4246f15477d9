import { answered, jsonOf, refusal, type Json, type Truth } from './exchange.js';

export type ForeignController = 'CODE_DEPLOY' | 'EXTERNAL';

/**
 * Services of another deployment controller than ECS's own: shown as such, and not to be updated. The words for
 * CODE_DEPLOY are AWS's own, those for EXTERNAL are formed after them.
 *
 * @param services names and their controllers
 */
export function foreignControllers(services: Readonly<Record<string, ForeignController>>): Truth {
  const controllerOf = (service: unknown) => services[String(service).split('/').at(-1) ?? ''];
  return async (request, send) => {
    if (request.action === 'ECS.UpdateService') {
      const { service, taskDefinition, forceNewDeployment } = jsonOf(request);
      const type = controllerOf(service);
      if (type === undefined || (taskDefinition === undefined && forceNewDeployment !== true))
        return send(request);
      const [article, how] =
        type === 'CODE_DEPLOY'
          ? ['a', 'Use AWS CodeDeploy to trigger a new deployment.']
          : ['an', 'Use task sets to deploy.'];
      const message = `Unable to update task definition on services with ${article} ${type} deployment controller. ${how}`;
      return refusal(request, 400, 'InvalidParameterException', message);
    }
    const answer = await send(request);
    if (request.action !== 'ECS.DescribeServices' || answer.status !== 200) return answer;
    const { services: found = [], ...rest } = jsonOf(answer) as { services?: Json[] };
    return answered(answer, {
      ...rest,
      services: found.map((one) => {
        const type = controllerOf(one['serviceName']);
        return type === undefined ? one : { ...one, deploymentController: { type } };
      }),
    });
  };
}
