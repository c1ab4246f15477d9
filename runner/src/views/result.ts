import type { ErrorRecord } from '../base/errors.js';
import type { EventOf, EventSubscriber, StackEvent, StageStatus } from '../events/events.js';
import type { PauseQuestion } from '../domain/paused.js';
import type { PlanSummary } from '../domain/plan.js';
import type { BehindHost, ReleaseRecord } from '../domain/records.js';
import { writeAtomically } from '../adapters/process/atomicFile.js';
import type { Outcome } from './outcome.js';
import { checkWords } from './traffic.js';

/** What `--result FILE` holds: the outcome for the program that called, e.g. the Groovy steps. */
export interface ResultRecord {
  readonly command: string;
  readonly status: StageStatus;
  readonly exitCode: number;
  readonly environment?: string;
  readonly startedAt: string;
  readonly seconds: number;
  readonly release?: ReleaseRecord;
  /** By the image's name. */
  readonly digests?: Readonly<Record<string, string>>;
  /** Where people find the environment now. */
  readonly url?: string;
  /** Hosts that the stages worked on. */
  readonly hosts?: readonly string[];
  readonly stages: readonly ResultStage[];
  readonly error?: ErrorRecord;
  /** What the command gives back, see its documentation. */
  readonly data?: unknown;
}

interface ResultStage {
  readonly id: string;
  readonly title: string;
  readonly status: StageStatus | 'running';
  readonly seconds?: number;
  readonly reason?: string;
  /** Hosts that do not run the release; the stage is then `partial`. */
  readonly behind?: readonly BehindHost[];
  /** How its checks ended, a line each. */
  readonly checks?: readonly string[];
  /** What is to be decided, where it ended at a pause of its platform. */
  readonly paused?: PauseQuestion;
  readonly facts: Readonly<Record<string, string>>;
  /** Of stages that plan and apply: what an approval must show. `data` of the commands has the whole plan. */
  readonly plan?: Pick<PlanSummary, 'headline' | 'losses'> & { readonly digest?: string };
  readonly error?: ErrorRecord;
}

/** Collects what the result file tells beside the command's own data. */
export class ResultView implements EventSubscriber {
  private readonly stages = new Map<string, ResultStage>();
  private readonly hosts = new Set<string>();
  private environment: string | undefined;
  private release: ReleaseRecord | undefined;
  private end: { readonly status: StageStatus } | undefined;

  constructor(
    private readonly file: string,
    private readonly now: () => number,
  ) {}

  handle(event: StackEvent): void {
    if (event.type === 'run.start') this.environment = event.environment ?? this.environment;
    else if (event.type === 'release') this.release = event.release;
    else if (event.type === 'run.end') this.end = event;
    else if (event.type === 'stage.start')
      this.change(event.stage, { title: event.title, status: 'running' });
    else if (event.type === 'stage.fact') {
      const facts = { ...this.stages.get(event.stage)?.facts, [event.name]: event.value };
      this.change(event.stage, { facts });
      for (const host of event.hosts ?? []) this.hosts.add(host);
    } else if (event.type === 'stage.plan') {
      const { headline, losses } = event.summary;
      const digest = event.digest === undefined ? {} : { digest: event.digest };
      this.change(event.stage, { plan: { headline, losses, ...digest } });
    } else if (event.type === 'stage.check') {
      const checks = [...(this.stages.get(event.stage)?.checks ?? []), checkLine(event)];
      this.change(event.stage, { checks });
    } else if (event.type === 'stage.end') {
      const { status, seconds, reason, behind, paused, error } = event;
      this.change(event.stage, {
        status,
        seconds,
        ...(reason === undefined ? {} : { reason }),
        ...(behind === undefined ? {} : { behind }),
        ...(paused === undefined ? {} : { paused }),
        ...(error === undefined ? {} : { error }),
      });
    }
  }

  /** @returns the record for an outcome, as it is written */
  record(outcome: Outcome, environment: string | undefined): ResultRecord {
    const { command, exitCode, startedAt, error, result } = outcome;
    const chosen = this.environment ?? environment;
    return {
      command,
      status: statusOf(exitCode, this.end?.status),
      exitCode,
      ...(chosen === undefined ? {} : { environment: chosen }),
      startedAt: startedAt.toISOString(),
      seconds: Math.max(0, Math.round(this.now() - startedAt.getTime()) / 1000),
      ...(this.release === undefined ? {} : { release: this.release, digests: digestsOf(this.release) }),
      ...this.found(),
      stages: [...this.stages.values()],
      ...(error === undefined ? {} : { error }),
      ...(result.data === undefined ? {} : { data: result.data }),
    };
  }

  /**
   * Writes the result file, whole or not at all; its directory is made where it is missing.
   * @throws Error of the file system
   */
  async write(outcome: Outcome, environment: string | undefined): Promise<void> {
    await writeAtomically(this.file, `${JSON.stringify(this.record(outcome, environment), null, 2)}\n`);
  }

  /** URL and hosts, as the stages told them. */
  private found(): Pick<ResultRecord, 'url' | 'hosts'> {
    const facts = [...this.stages.values()].flatMap((stage) => Object.entries(stage.facts));
    const url = facts.findLast(([name]) => name === 'url')?.[1];
    return {
      ...(url === undefined ? {} : { url }),
      ...(this.hosts.size === 0 ? {} : { hosts: [...this.hosts] }),
    };
  }

  private change(id: string, change: Partial<ResultStage>): void {
    const before = this.stages.get(id) ?? { id, title: id, status: 'running', facts: {} };
    this.stages.set(id, { ...before, ...change });
  }
}

/** `web: check smoke ok in 3.2s (200 from /health)`; the evidence is the last line of it. */
function checkLine(check: EventOf<'stage.check'>): string {
  const last = check.evidence.at(-1);
  return `${check.subject}: ${checkWords(check)}${last === undefined ? '' : ` (${last})`}`;
}

function digestsOf({ images }: ReleaseRecord): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(images).map(([name, { digest }]) => [name, digest]));
}

/** The exit code is what counts; the run's own word only tells apart what exit codes do not. */
function statusOf(exitCode: number, ended: StageStatus | undefined): StageStatus {
  if (exitCode === 0) return ended === 'skipped' || ended === 'partial' ? ended : 'ok';
  if (exitCode === 3) return 'rolled-back';
  if (exitCode === 130) return 'interrupted';
  return 'failed';
}
