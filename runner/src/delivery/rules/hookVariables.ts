import type { DeploymentKind, ReleaseRecord } from '../../domain/records.js';

/** What hooks learn of a deploy. */
export interface HookedDeploy {
  readonly environment: string;
  readonly kind: DeploymentKind;
  readonly release: Pick<ReleaseRecord, 'version' | 'commit'>;
  /** Version that ran before, where one did. */
  readonly previous?: string | undefined;
  readonly url?: string | undefined;
  /** Of a deploy that failed. */
  readonly failure?: { readonly code: string; readonly message: string } | undefined;
}

/** The environment variables of hooks; none of them is secret. */
export function hookVariables(deploy: HookedDeploy): Readonly<Record<string, string>> {
  const { environment, kind, release, previous, url, failure } = deploy;
  return {
    AUTOMATION_STACK_ENVIRONMENT: environment,
    AUTOMATION_STACK_KIND: kind,
    AUTOMATION_STACK_VERSION: release.version,
    AUTOMATION_STACK_COMMIT: release.commit,
    ...(previous === undefined ? {} : { AUTOMATION_STACK_PREVIOUS_VERSION: previous }),
    ...(url === undefined ? {} : { AUTOMATION_STACK_URL: url }),
    ...(failure === undefined
      ? {}
      : { AUTOMATION_STACK_CODE: failure.code, AUTOMATION_STACK_REASON: failure.message }),
  };
}
