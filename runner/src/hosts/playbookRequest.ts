import type { NamedEnvironment } from '../context/context.js';
import type { Stage } from '../events/stage.js';
import type { Inventory } from './inventory.js';
import type { PlaybookReporter } from './playbookReporter.js';
import type { ObjectForPlaybook } from './rules/objectForPlaybook.js';

export interface PlaybookRequest {
  readonly environment: NamedEnvironment;
  /** Stage that events belong to. */
  readonly stage: Stage;
  readonly playbook: string;
  readonly inventory: Inventory;
  /** Names of the hosts to work on. */
  readonly limit: readonly string[];
  /** Given to the playbook as extra variables, by a file that only we can read. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly tags?: readonly string[];
  /** Hosts worked on side by side, whatever `ansible.cfg` says. */
  readonly forks?: number | undefined;
  /** The same where it says nothing. */
  readonly usualForks?: number;
  /** Secrets, by the names of environment variables. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly dryRun?: boolean;
  /** Shows how files differ. */
  readonly diff?: boolean;
  /** Whether plays that do not say it gather no facts. */
  readonly withoutFacts?: boolean;
  /** Folder of Mitogen's strategy plugins, where it is to be used. */
  readonly mitogen?: string | undefined;
  /** Files of S3 that a variable names: hosts that run the playbook themselves get them from there. */
  readonly objects?: readonly ObjectForPlaybook[];
  /** Tells people; of steps that tasks call by name where left out. */
  readonly reporter?: PlaybookReporter;
  readonly signal: AbortSignal;
}
