/** Set where several processes are one run, as Jenkins' are: they share one name. */
const VARIABLE = 'AUTOMATION_STACK_RUN';
/** A name is a file's name too. */
const LONGEST = 120;

type Env = Readonly<Record<string, string | undefined>>;

/** The name of the run that this process is a part of; undefined where it is a run of its own. */
export function sharedRun(env: Env): string | undefined {
  const name = (env[VARIABLE] ?? '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, LONGEST);
  return name === '' ? undefined : name;
}

/** The name as a field of a record: absent where there is none. */
export function runField(env: Env): { readonly run?: string } {
  const run = sharedRun(env);
  return run === undefined ? {} : { run };
}
