import type { ContainerDefinition, Service, TaskDefinition } from '../../../../adapters/aws/ecs.js';
import type { TargetGroup } from '../../../../adapters/aws/elb.js';
import type { HealthConfig } from '../../../../config/schemaWords.js';
import type { Finding } from '../../../../domain/finding.js';

/**
 * What the load balancers send and ask fits the containers: there is a container of that name, with that port, and the
 * group's type fits the network mode. Known from descriptions; what fails here, AWS refuses or no target gets healthy by.
 */
export function portsFinding(service: Service, definition: TaskDefinition): Finding {
  const balancers = service.loadBalancers ?? [];
  if (balancers.length === 0) return { status: 'skipped', found: 'the service is behind no load balancer' };
  for (const { containerName = '', containerPort = 0 } of balancers) {
    const containers = definition.containerDefinitions ?? [];
    const container = containers.find(({ name }) => name === containerName);
    if (container === undefined) {
      const names = containers.map(({ name }) => name).join(', ');
      return {
        status: 'failed',
        found: `the load balancer sends to the container ${containerName}, the task definition has ${names}`,
        next: 'Give the container the name that the service’s load balancer has, or make the service anew.',
      };
    }
    if (hasPort(container, containerPort)) continue;
    return {
      status: 'failed',
      found: `the load balancer sends to port ${containerPort} of ${containerName}, which maps ${portsOf(container)}`,
      next: `Map port ${containerPort} in the task definition, or make the service anew with the port it has.`,
    };
  }
  const ports = balancers.map((one) => `${one.containerName}:${one.containerPort}`).join(', ');
  return { status: 'ok', found: `load balancers send to ${ports}` };
}

/** The group asks for health as the configuration does. Two who ask differently may judge differently: a warning. */
export function healthFinding(
  groups: readonly TargetGroup[],
  service: Service,
  definition: TaskDefinition,
  health: HealthConfig,
): Finding {
  if (groups.length === 0) return { status: 'skipped', found: 'no target group is asked' };
  for (const group of groups) {
    const { name, targetType, healthPath, healthProtocol, healthPort } = group;
    const isAwsvpc = definition.networkMode === 'awsvpc';
    if (isAwsvpc !== (targetType === 'ip')) {
      return {
        status: 'failed',
        found: `the target group ${name} takes targets of type ${targetType}, tasks of network mode ${definition.networkMode ?? 'bridge'} are ${isAwsvpc ? 'ip' : 'instance'}`,
        next: `Make the target group with target_type = "${isAwsvpc ? 'ip' : 'instance'}".`,
      };
    }
    if (group.loadBalancers.length === 0) {
      return {
        status: 'warning',
        found: `no listener sends requests to the target group ${name}`,
        next: 'Add a listener rule that forwards to it.',
      };
    }
    const own = (service.loadBalancers ?? []).find((one) => one.targetGroupArn === group.arn);
    const mapped = definition.containerDefinitions?.find((one) => one.name === own?.containerName);
    const port = Number(healthPort);
    if (mapped !== undefined && Number.isInteger(port) && !hasPort(mapped, port)) {
      return {
        status: 'warning',
        found: `the target group ${name} asks port ${healthPort}, which ${mapped.name} does not map`,
        next: 'Set its health check port to traffic-port.',
      };
    }
    const isHttp = /^HTTPS?$/.test(healthProtocol ?? '');
    const path = health.path.startsWith('/') ? health.path : `/${health.path}`;
    if (isHttp && healthPath !== path && health.url === undefined) {
      return {
        status: 'warning',
        found: `the target group ${name} asks ${healthPath ?? '/'}, health.path is ${path}`,
        next: `Set both to the same path, as one may fail where the other does not.`,
      };
    }
  }
  return {
    status: 'ok',
    found: groups.map(({ name, healthPath = '' }) => `${name} ${healthPath}`.trim()).join(', '),
  };
}

function hasPort({ portMappings = [] }: ContainerDefinition, port: number): boolean {
  return portMappings.some(({ containerPort, containerPortRange }) => {
    const [from = 0, to = 0] = (containerPortRange ?? '').split('-').map(Number);
    return containerPort === port || (port >= from && port <= to && to > 0);
  });
}

const portsOf = ({ portMappings = [] }: ContainerDefinition): string =>
  portMappings.map((one) => one.containerPort ?? one.containerPortRange).join(', ') || 'none';
