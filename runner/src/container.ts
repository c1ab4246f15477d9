import { lookUpsOf } from './lookUps.js';
import type { Context, ContextWith, GlobalOptions, Kinds, NamedEnvironment } from './context/context.js';
import { whoAmI } from './adapters/process/user.js';
import { selectEnvironment } from './config/selectEnvironment.js';
import { systemClock } from './adapters/process/clock.js';
import { createProcesses } from './adapters/process/processes.js';
import { createGit } from './adapters/git/git.js';
import { DEFAULT_PROGRAM, everyTextAsTyped, type Call } from './base/calledAs.js';
import { once } from './base/once.js';
import { withoutRole } from './context/rules/awsChild.js';
import { withoutExports } from './context/rules/exportedVariables.js';
import { EventBus, type EventBody } from './events/events.js';
import { Patience } from './base/patience.js';
import { withTools } from './tools/toolFolders.js';
import { registerEnvironment } from './secrets/environmentSecrets.js';
import { SecretRegistry } from './secrets/redact.js';
import type { RoleToAssume } from './adapters/aws/assumedRole.js';
import { runnerVersion } from './base/version.js';

export interface ContextInput {
  readonly options: GlobalOptions;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** The kinds of targets, channels and so on; those of `kinds.ts` where left out. */
  readonly kinds?: Kinds;
  /** How the user called the runner: messages tell to type the same. `node runner` where left out. */
  readonly call?: Call;
}

/** Builds the context on the real world. */
export function createContext(input: ContextInput): Context {
  const { options, signal, call = { program: DEFAULT_PROGRAM } } = input;
  const env = withTools(withoutRole(withoutExports(input.env)));
  const secrets = new SecretRegistry();
  registerEnvironment(env, secrets);
  const events = new EventBus(systemClock.now, (value) => everyTextAsTyped(secrets.value(value), call));
  const processes = createProcesses({
    cwd: options.directory,
    env,
    redactor: () => secrets.lines(),
    interrupt: signal,
  });
  const patience = new Patience({
    clock: systemClock,
    tell: (message) => events.emit({ type: 'notice', level: 'warning', message }),
    interrupt: signal,
  });
  const perEnvironment = <T>(make: (environment: NamedEnvironment) => Promise<T>) => {
    const made = new Map<string, () => Promise<T>>();
    return (environment: NamedEnvironment) => {
      // A scope may have a role of its own.
      const key = `${environment.name}/${environment.scope ?? ''}`;
      const existing = made.get(key);
      if (existing !== undefined) return existing();
      const fresh = once(() => make(environment));
      made.set(key, fresh);
      return fresh();
    };
  };

  const config = once(async () => {
    const [kinds, { loadConfig }, { registerConfigured }, { ledgerLocation }, { folderOf }] =
      await Promise.all([
        context.kinds(),
        import('./config/load.js'),
        import('./config/knownSecrets.js'),
        import('./state/sharedLocation.js'),
        import('./config/storeLocation.js'),
      ]);
    const loaded = await loadConfig(options.directory, options.configFile, kinds);
    registerConfigured(loaded, kinds, { env, secrets });
    const location = await ledgerLocation(loaded, env, () => context.git.remoteUrl());
    const stateFolder = folderOf(kinds.stores, location, loaded.directory);
    return { ...loaded, stateFolder, state: { ...loaded.state, location } };
  });
  const aws = perEnvironment(async (environment) => {
    const { createAwsClients } = await import('./adapters/aws/clients.js');
    const { role, ...settings } = await context.resolve(environment.config.aws, environment);
    const clients = createAwsClients({
      ...settings,
      ...(role === undefined ? {} : { role: await sessionOf(context, environment, role) }),
      env,
      secrets,
      patience,
      version: runnerVersion,
    });
    if (options.verbose) clients.calls.onCall = (...call) => events.emit(apiCallNotice(...call));
    return clients;
  });
  const store = once(async () => {
    const [{ openStore }, { stores }] = await Promise.all([import('./state/store.js'), context.kinds()]);
    return openStore(await config(), { env, secrets, patience }, stores);
  });

  const context: Context = {
    options,
    call,
    env,
    clock: systemClock,
    events,
    secrets,
    processes,
    signal,
    patience,
    who: env['BUILD_USER_ID'] ?? env['AUTOMATION_STACK_WHO'] ?? whoAmI(env),
    runUrl: env['BUILD_URL'],
    git: createGit(processes, options.directory, {
      ...env,
      ...(options.branch ? { BRANCH_NAME: options.branch } : {}),
    }),
    kinds: once(async () => input.kinds ?? (await import('./kinds.js')).kinds),
    config,
    environment: async (name) => {
      return selectEnvironment(await config(), name ?? options.environment);
    },
    resolve: async (value, environment, form) => {
      const { resolveReferences } = await import('./config/references.js');
      return resolveReferences(value, lookUpsOf(context, environment), form);
    },
    store,
    state: once(async () => {
      const { openState } = await import('./state/state.js');
      return openState(await store(), await config(), systemClock);
    }),
    docker: once(async () => {
      const { createDockerEngine } = await import('./adapters/docker/engine.js');
      return createDockerEngine({ env, processes, secrets });
    }),
    aws,
    ssh: perEnvironment(async (environment) => {
      const [{ createSshHosts }, { eitherHosts }, { sshSettings }] = await Promise.all([
        import('./adapters/ssh/sshHosts.js'),
        import('./adapters/runCommand/eitherHosts.js'),
        import('./hosts/routes.js'),
      ]);
      const settings = await sshSettings(context, environment);
      const byCommand = async () => {
        const { createCommandHosts } = await import('./adapters/runCommand/commandHosts.js');
        return createCommandHosts(() => context.aws(environment), systemClock, {
          isSecret: (input) => secrets.text(input) !== input,
          bring: async (input) => {
            const { bringInput } = await import('./hosts/runValues.js');
            return bringInput(context, environment, input);
          },
        });
      };
      return eitherHosts(
        createSshHosts(settings),
        byCommand,
        (host) => settings.routeOf(host).byCommand === true,
      );
    }),
    targets: async (environment, only) => {
      const { createTargets } = await import('./delivery/targets/createTargets.js');
      return createTargets(context, environment, only);
    },
    makeDatabaseUsers: async (environment, stage) => {
      if (environment.config['database-users'] === undefined) return [];
      const { createDatabaseUsers } = await import('./delivery/databaseUsers.js');
      return createDatabaseUsers(context, environment, stage);
    },
  };
  return context;
}

/** What a role is assumed with. */
async function sessionOf(
  context: ContextWith<'config' | 'env' | 'resolve' | 'who'>,
  environment: NamedEnvironment,
  arn: string,
): Promise<RoleToAssume> {
  const [{ sessionName }, { sharedRun }, { application }] = await Promise.all([
    import('./domain/awsRole.js'),
    import('./base/sharedRun.js'),
    context.config(),
  ]);
  const { aws } = environment.config;
  const { who, env } = context;
  const run = sharedRun(env) ?? env['BUILD_TAG'];
  return {
    arn,
    sessionName: sessionName({ application, environment: environment.name, run, who }),
    externalId: await context.resolve(aws['external-id'], environment),
    durationMs: aws['session-duration'],
  };
}

/** What `--verbose` shows of an API call. */
function apiCallNotice(action: string, resource: string | undefined, attempts: number): EventBody {
  const tries = attempts > 1 ? ` (${attempts} attempts)` : '';
  return {
    type: 'notice',
    level: 'info',
    message: `AWS ${[action, resource].filter(Boolean).join(' ')}${tries}`,
  };
}
