import { Agent as HttpAgent, type ClientRequest } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Agent, type AgentConnectOpts } from 'agent-base';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { ProxyFailure } from './proxyFailure.js';
import { proxyFor, proxyName, type Env, type Proxy } from './proxy.js';

/** Chooses for each request whether and which proxy it goes through, and keeps connections open. */
export class EnvironmentAgent extends Agent {
  private readonly direct = {
    http: new HttpAgent({ keepAlive: true }),
    https: new HttpsAgent({ keepAlive: true }),
  };
  private readonly proxies = new Map<string, HttpAgent>();

  constructor(private readonly env: Env) {
    super({ keepAlive: true });
  }

  override connect(_request: ClientRequest, options: AgentConnectOpts): Promise<HttpAgent> {
    const { host = 'localhost', port, secureEndpoint } = options;
    const name = host.includes(':') ? `[${host}]` : host;
    const proxy = proxyFor(`${secureEndpoint ? 'https' : 'http'}://${name}:${port}`, this.env);
    if (proxy === undefined) return Promise.resolve(this.direct[secureEndpoint ? 'https' : 'http']);
    const key = `${secureEndpoint ? 'tunnel' : 'forward'} ${proxy.url.href}`;
    let agent = this.proxies.get(key);
    if (agent === undefined)
      this.proxies.set(key, (agent = secureEndpoint ? new Tunnel(proxy) : new Forwarder(proxy)));
    return Promise.resolve(agent);
  }

  override destroy(): void {
    for (const agent of [this.direct.http, this.direct.https, ...this.proxies.values()]) agent.destroy();
    super.destroy();
  }
}

/** For `https:`: the proxy connects, what is said goes through it unread. */
class Tunnel extends HttpsProxyAgent<string> {
  constructor(private readonly through: Proxy) {
    super(through.url.href, { keepAlive: true });
  }

  override async connect(...[request, options]: Parameters<HttpsProxyAgent<string>['connect']>) {
    let status = 200;
    request.once('proxyConnect', (answer: { statusCode: number }) => void (status = answer.statusCode));
    const socket = await super.connect(request, options).catch((error: unknown) => {
      throw new ProxyFailure(proxyName(this.through), this.through.variable, error);
    });
    if (status === 200) return socket;
    socket.destroy();
    throw new ProxyFailure(
      proxyName(this.through),
      this.through.variable,
      status,
      `${options.host}:${options.port}`,
    );
  }
}

/** For `http:`: the proxy is asked for the whole address. */
class Forwarder extends HttpProxyAgent<string> {
  constructor(private readonly through: Proxy) {
    // A kept connection would get the request as it was written before the proxy was chosen: without the whole address.
    super(through.url.href, { keepAlive: false });
  }

  override async connect(...[request, options]: Parameters<HttpProxyAgent<string>['connect']>) {
    return super.connect(request, options).catch((error: unknown) => {
      throw new ProxyFailure(proxyName(this.through), this.through.variable, error);
    });
  }
}
