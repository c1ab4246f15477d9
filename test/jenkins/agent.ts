import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JenkinsClient } from './client.js';
import { until } from './http.js';
import { Program } from './program.js';

/** Groovy for the script console: an inbound agent over a web socket, so that the controller needs no port for it. */
export const addAgent = (name: string, folder: string): string => `
import hudson.slaves.DumbSlave
import hudson.slaves.JNLPLauncher
import jenkins.model.Jenkins

def launcher = new JNLPLauncher()
launcher.webSocket = true
def agent = new DumbSlave('${name}', '${folder}', launcher)
agent.labelString = 'linux docker'
agent.numExecutors = 4
Jenkins.get().addNode(agent)
println Jenkins.get().getComputer('${name}').jnlpMac
`;

/** An agent on this machine with the label that our jobs ask for. */
export class Agent {
  private constructor(
    private readonly name: string,
    private readonly program: Program,
  ) {}

  /**
   * @param env what builds on it see
   * @throws Error with the agent's words where it does not get to the controller
   */
  static async join(
    client: JenkinsClient,
    name: string,
    folder: string,
    env: Readonly<Record<string, string>>,
    java = 'java',
  ): Promise<Agent> {
    await mkdir(folder, { recursive: true });
    const secret = await client.http.script(addAgent(name, folder));
    const { url } = client.http.access;
    await writeFile(join(folder, 'agent.jar'), (await client.http.get('jnlpJars/agent.jar')).bytes);
    // The secret is no argument: everybody on this machine could read it.
    await writeFile(join(folder, 'secret'), secret, { mode: 0o600 });
    const place = ['-url', url, '-secret', `@${join(folder, 'secret')}`, '-name', name];
    const program = new Program(
      [java, '-jar', join(folder, 'agent.jar'), ...place, '-webSocket', '-workDir', folder],
      env,
      join(folder, 'agent.log'),
    );
    const agent = new Agent(name, program);
    await program.whileRunning(agent.online(client, 120));
    return agent;
  }

  /** Waits until the controller has it, also again after a restart. */
  async online(client: JenkinsClient, seconds: number): Promise<void> {
    await until(
      `the agent ${this.name} is online`,
      seconds,
      async () => {
        const { offline } = await client.http.json<{ offline: boolean }>(`computer/${this.name}/`, 'offline');
        return offline ? undefined : true;
      },
      { seen: () => this.program.tail(30) },
    );
  }

  async leave(client: JenkinsClient): Promise<void> {
    await this.program.stop(20);
    await client.http.post(`computer/${this.name}/doDelete`).catch(() => undefined);
  }
}
