import type { ContextWith } from '../context/context.js';

/** What of a repository's history belongs to an application. */
export interface ReleaseScope {
  /** What its version tags begin with; empty where they are `vX.Y.Z`. */
  readonly prefix: string;
  /** Relative to its directory: only commits that touch one of them count. Empty where all do. */
  readonly paths: readonly string[];
}

const known = new WeakMap<object, Promise<ReleaseScope>>();

/**
 * By its configuration; else by where it stands. At the top of a repository every commit counts, below it those that touch
 * the application's own directory. Where it shares the repository with others, its tags are `APPLICATION/vX.Y.Z`.
 * @throws StackError GIT_FAILED, CONFIG_INVALID …
 */
export function releaseScope(context: ContextWith<'config' | 'git'>): Promise<ReleaseScope> {
  const scope = known.get(context) ?? readScope(context);
  known.set(context, scope);
  return scope;
}

async function readScope({ config: load, git }: ContextWith<'config' | 'git'>): Promise<ReleaseScope> {
  const [config, place] = await Promise.all([load(), git.place()]);
  const { paths, 'tag-prefix': prefix } = config.release ?? {};
  return {
    prefix: prefix ?? (place !== '' && (await isShared(git, place)) ? `${config.application}/` : ''),
    paths: paths ?? (place === '' ? [] : ['.']),
  };
}

const CONFIGURATION = 'automation-stack.yml';

/** Whether another application has its configuration in the same repository. */
async function isShared(git: ContextWith<'git'>['git'], place: string): Promise<boolean> {
  const files = await git.filesNamed(CONFIGURATION);
  return files.some((file) => file !== `${place}${CONFIGURATION}`);
}
