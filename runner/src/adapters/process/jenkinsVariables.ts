/**
 * Variables that are for the runner alone. By the cookies Jenkins finds the processes of a step and of a `node` block to
 * end them (`ProcessTree.killAll`): what the runner starts is ended by the runner, in order. The other is where the
 * library reads what the runner prints after an interruption; a runner that a child starts has nothing to say there.
 */
const OWN: ReadonlySet<string> = new Set([
  'JENKINS_SERVER_COOKIE',
  'JENKINS_NODE_COOKIE',
  'HUDSON_SERVER_COOKIE',
  'AUTOMATION_STACK_INTERRUPTION_LOG',
]);

/** The environment of child processes. */
export function withoutOwnVariables<T>(env: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !OWN.has(name)));
}
