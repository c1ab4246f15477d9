import { JenkinsHttp, JenkinsProblem, jobPath, tail, until, type Access } from './http.js';

/** A question that a build waits with. */
export interface Question {
  readonly id: string;
  readonly message: string;
  /** Names of what may be typed with the answer. */
  readonly parameters: readonly string[];
}

export interface BuildState {
  readonly building: boolean;
  readonly result: string | null;
  readonly description: string | null;
  readonly url: string;
}

interface Item {
  readonly cancelled?: boolean;
  readonly why?: string | null;
  readonly executable?: { readonly number: number } | null;
}

interface InputActions {
  readonly actions: readonly ({
    readonly executions?: readonly {
      readonly id: string;
      readonly settled: boolean;
      readonly input: { readonly message: string; readonly parameters: readonly { readonly name: string }[] };
    }[];
  } | null)[];
}

/** What the suite does with a controller, in the words of its users. */
export class JenkinsClient {
  readonly http: JenkinsHttp;

  /** @param every how long to wait between two looks, in milliseconds */
  constructor(
    access: Access,
    private readonly every = 500,
  ) {
    this.http = new JenkinsHttp(access);
  }

  /** A client of the same controller and user with an API token, made with the password. */
  async withToken(name: string): Promise<JenkinsClient> {
    await this.http.takeCrumb();
    const { url, user } = this.http.access;
    const { text } = await this.http.post(
      `user/${encodeURIComponent(user)}/descriptorByName/jenkins.security.ApiTokenProperty/generateNewToken`,
      { newTokenName: name },
    );
    const { data } = JSON.parse(text) as { data: { tokenValue: string } };
    return new JenkinsClient({ url, user, secret: data.tokenValue }, this.every);
  }

  /** Waits until Jenkins has started. */
  ready(seconds: number, seen?: () => Promise<string>): Promise<string> {
    return this.until('Jenkins answers', seconds, () => this.session(), seen);
  }

  /** Changes with every start of Jenkins. */
  async session(): Promise<string | undefined> {
    return (await this.http.get('api/json?tree=mode')).headers.get('x-jenkins-session') ?? undefined;
  }

  /** Restarts Jenkins, which lets builds pause first, and waits until it is there again. */
  async restart(seconds: number): Promise<void> {
    const before = await this.session();
    await this.http.post('safeRestart');
    await this.until('Jenkins restarts', seconds, async () => {
      const now = await this.session();
      return now === before ? undefined : now;
    });
  }

  /** The names of a job's parameters. */
  async parameters(job: string): Promise<readonly string[]> {
    const { property } = await this.http.json<{
      property: readonly { readonly parameterDefinitions?: readonly { readonly name: string }[] }[];
    }>(jobPath(job), 'property[parameterDefinitions[name]]');
    return property.flatMap(({ parameterDefinitions = [] }) => parameterDefinitions.map(({ name }) => name));
  }

  /**
   * Starts a build.
   * @returns its number, once it has one
   */
  async start(
    job: string,
    parameters: Readonly<Record<string, string>> = {},
    seconds = 120,
  ): Promise<number> {
    // `build` wants another form where a job has parameters, and `buildWithParameters` is refused where it has none.
    const verb = (await this.parameters(job)).length > 0 ? 'buildWithParameters' : 'build';
    const { headers } = await this.http.post(`${jobPath(job)}${verb}?delay=0sec`, parameters);
    const id = /\/queue\/item\/(\d+)/.exec(headers.get('location') ?? '')?.[1];
    if (id === undefined) throw new Error(`${job}: Jenkins took no build (${headers.get('location')})`);
    let why = '';
    return this.until(
      `a build of ${job} leaves the queue`,
      seconds,
      async () => {
        const item = await this.http.json<Item>(`queue/item/${id}/`, 'cancelled,why,executable[number]');
        if (item.cancelled) throw new Error(`${job}: the build was cancelled in the queue`);
        why = item.why ?? '';
        return item.executable?.number;
      },
      async () => why,
    );
  }

  /** The number of a job's last build; 0 where there is none, or no such job yet. */
  async lastBuild(job: string): Promise<number> {
    try {
      const { lastBuild } = await this.http.json<{ lastBuild: { number: number } | null }>(
        jobPath(job),
        'lastBuild[number]',
      );
      return lastBuild?.number ?? 0;
    } catch (error) {
      if (error instanceof JenkinsProblem && error.status === 404) return 0;
      throw error;
    }
  }

  /** Waits for a build after the one of this number, which something else than us started. */
  buildAfter(job: string, number: number, seconds: number, seen?: () => Promise<string>): Promise<number> {
    return this.until(
      `${job} has a build after #${number}`,
      seconds,
      async () => {
        const last = await this.lastBuild(job);
        return last > number ? last : undefined;
      },
      seen,
    );
  }

  state(job: string, number: number): Promise<BuildState> {
    return this.http.json(`${jobPath(job)}${number}/`, 'building,result,description,url');
  }

  /** All that a build has printed, piece by piece as the page of the log does. */
  async console(job: string, number: number): Promise<string> {
    let text = '';
    for (let start = 0; ;) {
      const piece = await this.http.get(`${jobPath(job)}${number}/logText/progressiveText?start=${start}`);
      text += piece.text;
      const end = Number(piece.headers.get('x-text-size') ?? start);
      // There is more of a running build to come, but not now.
      if (piece.headers.get('x-more-data') !== 'true' || end <= start) return text;
      start = end;
    }
  }

  /**
   * Waits for the end of a build.
   * @throws Error with the end of its log where it did not end with `result`, or not in time
   */
  async ends(job: string, number: number, result: string, seconds = 300): Promise<BuildState> {
    const log = async () => `The end of its log:\n${tail(await this.console(job, number))}`;
    const state = await this.until(
      `${job} #${number} ends`,
      seconds,
      async () => {
        const now = await this.state(job, number);
        return now.building || now.result === null ? undefined : now;
      },
      log,
    );
    if (state.result !== result)
      throw new Error(`${job} #${number} ended as ${state.result}, not as ${result}. ${await log()}`);
    return state;
  }

  /** Waits until a build prints something. */
  prints(job: string, number: number, pattern: RegExp, seconds = 120): Promise<string> {
    return this.until(
      `${job} #${number} prints ${pattern}`,
      seconds,
      async () => pattern.exec(await this.console(job, number))?.[0],
      async () => tail(await this.console(job, number)),
    );
  }

  /** What a build waits with just now. */
  async questions(job: string, number: number): Promise<readonly Question[]> {
    const { actions } = await this.http.json<InputActions>(
      `${jobPath(job)}${number}/`,
      'actions[executions[id,settled,input[message,parameters[name]]]]',
    );
    const open = actions.flatMap((action) => action?.executions ?? []).filter((one) => !one.settled);
    return open.map(({ id, input }) => ({
      id,
      message: input.message,
      parameters: (input.parameters ?? []).map(({ name }) => name),
    }));
  }

  /**
   * Waits for the question of a build.
   * @throws Error with the end of its log where it ends without one
   */
  asks(job: string, number: number, seconds = 300): Promise<Question> {
    const log = async () => tail(await this.console(job, number));
    return this.until(
      `${job} #${number} asks`,
      seconds,
      async () => {
        const [question] = await this.questions(job, number);
        if (question !== undefined) return question;
        const { building, result } = await this.state(job, number);
        if (!building) throw new Error(`${job} #${number} ended as ${result} without asking. ${await log()}`);
        return undefined;
      },
      log,
    );
  }

  /** Lets a build go on; what it asks for besides is left empty or taken from `values`. */
  async proceed(job: string, number: number, question: Question, values: Record<string, string> = {}) {
    const place = `${jobPath(job)}${number}/input/${encodeURIComponent(question.id)}/`;
    if (question.parameters.length === 0) return this.http.post(`${place}proceedEmpty`);
    const parameter = question.parameters.map((name) => ({ name, value: values[name] ?? '' }));
    return this.http.post(`${place}proceed`, { json: JSON.stringify({ parameter }) });
  }

  refuse(job: string, number: number, question: Question) {
    return this.http.post(`${jobPath(job)}${number}/input/${encodeURIComponent(question.id)}/abort`);
  }

  /** The red square. */
  stop(job: string, number: number) {
    return this.http.post(`${jobPath(job)}${number}/stop`);
  }

  /** Looks for branches at once. */
  scan(job: string) {
    return this.http.post(`${jobPath(job)}build?delay=0`);
  }

  private until<T>(
    what: string,
    seconds: number,
    probe: () => Promise<T | undefined>,
    seen?: () => Promise<string>,
  ): Promise<T> {
    return until(what, seconds, probe, { every: this.every, ...(seen === undefined ? {} : { seen }) });
  }
}
