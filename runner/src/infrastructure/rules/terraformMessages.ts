import { stripAnsi } from '../../base/ansi.js';
import { isRecord, jsonIn } from '../../base/toolJson.js';

/**
 * Terraform's machine-readable messages (`-json`), the kinds the runner reads.
 * Source: https://developer.hashicorp.com/terraform/internals/machine-readable-ui
 */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly summary: string;
  readonly detail: string;
  /** Resource that it is about, where there is one. */
  readonly address?: string;
  /** Place in the configuration, where there is one. */
  readonly range?: {
    readonly filename: string;
    readonly start: { readonly line: number; readonly column: number };
  };
}

export interface Hook {
  readonly resource: { readonly addr: string };
  readonly action?: string;
  readonly elapsed_seconds?: number;
  readonly id_value?: string;
  readonly provisioner?: string;
  readonly output?: string;
}

export type TerraformMessage = {
  /** Words for people. */
  readonly text: string;
  /** When Terraform said it, in milliseconds since 1970. */
  readonly at: number;
} & (
  | { readonly type: 'diagnostic'; readonly diagnostic: Diagnostic }
  | {
      readonly type:
        | 'apply_start'
        | 'apply_progress'
        | 'apply_complete'
        | 'apply_errored'
        | 'provision_start'
        | 'provision_progress'
        | 'provision_complete'
        | 'provision_errored';
      readonly hook: Hook;
    }
  | { readonly type: 'version'; readonly terraform: string }
  | { readonly type: 'change_summary'; readonly changes: ChangeSummary }
  | { readonly type: 'other' }
);

export interface ChangeSummary {
  readonly add: number;
  readonly change: number;
  readonly remove: number;
  readonly operation: string;
}

const HOOKS = /^(?:apply|provision)_(?:start|progress|complete|errored)$/;

/** One line of `terraform … -json`, or undefined where it is none: a wrapper's words, JSON of somebody else. */
export function parseMessage(line: string): TerraformMessage | undefined {
  if (!line.includes('"@message"')) return undefined;
  const raw = jsonIn(line, isMessage);
  if (raw === undefined) return undefined;
  const type = String(raw['type']);
  const common = { text: raw['@message'], at: Date.parse(String(raw['@timestamp'])) };
  if (type === 'diagnostic' && isRecord(raw['diagnostic'])) {
    return { type, ...common, diagnostic: { ...NO_WORDS, ...raw['diagnostic'] } as Diagnostic };
  }
  if (type === 'version') return { type, ...common, terraform: String(raw['terraform']) };
  if (type === 'change_summary' && isRecord(raw['changes'])) {
    return { type, ...common, changes: raw['changes'] as unknown as ChangeSummary };
  }
  if (HOOKS.test(type) && isRecord(raw['hook']) && isRecord(raw['hook']['resource'])) {
    return { type, ...common, hook: raw['hook'] } as TerraformMessage;
  }
  return { type: 'other', ...common };
}

const NO_WORDS = { severity: 'error', summary: '', detail: '' };

const isMessage = (value: unknown): value is { readonly '@message': string } & Record<string, unknown> =>
  isRecord(value) && typeof value['@message'] === 'string';

/** True where Terraform says that it was interrupted and is ending in order. */
export function isStopMessage(message: TerraformMessage): boolean {
  return message.type === 'other' && /^\s*(?:Interrupt received|Stopping operation)/.test(message.text);
}

/** Who holds a state lock, as the error message tells it. */
export interface LockHolder {
  readonly id?: string;
  readonly who?: string;
  readonly created?: string;
  readonly operation?: string;
  readonly path?: string;
  /** True for a lock on a local file: the system holds it for a process, and nobody can free it but that process. */
  readonly isHeldBySystem?: true;
}

/** How systems say that another process has locked a file (`flock`, `LockFileEx`). */
const HELD_BY_SYSTEM =
  /resource temporarily unavailable|another process has locked a portion of the file|being used by another process/i;

/** The http backend of Terraform 1.11 tells the lock that it asked for as the one that it met; only this id is of that. */
const MET_OVER_HTTP = /HTTP remote state already locked: ID=(\S+)/;

/**
 * Reads the `Lock Info:` block of "Error acquiring the state lock".
 * @returns undefined where the text is another failure, also where nobody holds the lock but it could not be asked for
 */
export function parseLockHolder(text: string): LockHolder | undefined {
  if (!text.includes('Error acquiring the state lock') || !/^\W*Lock Info:/m.test(text)) return undefined;
  const field = (name: string) => new RegExp(`^\\W*${name}:[ \\t]+(\\S.*?)[ \\t]*$`, 'm').exec(text)?.[1];
  const [id, who, created] = [field('ID'), field('Who'), field('Created')];
  const met = MET_OVER_HTTP.exec(text)?.[1];
  if (met !== undefined && met !== id) return { id: met };
  const [operation, path] = [field('Operation'), field('Path')];
  return {
    ...(id === undefined ? {} : { id }),
    ...(who === undefined ? {} : { who }),
    ...(created === undefined ? {} : { created }),
    ...(operation === undefined ? {} : { operation }),
    ...(path === undefined ? {} : { path }),
    ...(HELD_BY_SYSTEM.test(text) ? { isHeldBySystem: true } : {}),
  };
}

/**
 * Tells which lines of a stream are worth showing, in order: all but Terraform's warning about a CLI configuration
 * file that is missing, which says nothing about what is going on.
 */
export function withoutCliWarning(): (line: string) => boolean {
  let inside = false;
  return (line) => {
    if (line.includes('There are some problems with the CLI configuration')) inside = true;
    if (!inside) return true;
    if (line.includes('╵')) inside = false;
    return false;
  };
}

/** Lines worth showing, without colours and the frame around Terraform's messages. */
export function plainLines(lines: readonly string[]): string[] {
  return lines
    .filter(withoutCliWarning())
    .map((line) =>
      stripAnsi(line)
        .replace(/^[╷│╵] ?/, '')
        .trimEnd(),
    )
    .filter((line) => line !== '');
}
