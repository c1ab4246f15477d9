import type { ErrorCode } from '../../base/errors.js';
import type { ErrorWords } from './words.js';

/** Images, releases, deployments, approvals and locks. */
export const deliveryWords = {
  DOCKER_UNREACHABLE: {
    means: 'No Docker engine answers, or this user may not use it.',
    causes: 'The engine is stopped, `DOCKER_HOST` is wrong, or the user is not in the group `docker`.',
    next: 'Start the engine, or correct `DOCKER_HOST`. `node runner doctor` tests it.',
  },
  DOCKERFILE_MISSING: {
    means: 'The build context or the Dockerfile does not exist or cannot be read.',
    causes: 'A wrong `context` or `dockerfile`; both are relative to the configuration file.',
    next: 'Correct the path, then `node runner config check`.',
  },
  BUILD_FAILED: {
    means: 'An image could not be built.',
    causes:
      'A failed step or task, a base image that could not be pulled, a full disk, no BuildKit, or a template that is wrong.',
    next: 'Fix the step that the message names, then `node runner build IMAGE`.',
  },
  CONTENT_CHANGED: {
    means: 'Files of an image changed while they were read, twice.',
    causes: 'An editor, a watcher, a code generator or a checkout writes into the context.',
    next: 'Wait until it ends, then run the command again. Exclude such files by `.dockerignore`.',
  },
  TEST_FAILED: {
    means: 'The tests of an image failed or could not start.',
    causes: 'A failed test, a test command that the image does not have, or too little memory.',
    next: '`node runner test IMAGE --verbose`',
  },
  REGISTRY_REFUSED: {
    means: 'The registry refused a pull or push, or an image is gone.',
    causes: 'Missing permissions, a quota, a lifecycle policy that deleted the image, or no network.',
    next: 'Fix what the registry says, then run the command again. `node runner push --force` pushes again.',
  },
  SCAN_FAILED: {
    means:
      'The scan of an image found vulnerabilities that the configuration does not accept, or has no result.',
    causes:
      'Outdated packages, an exception that ran out, a new vulnerability, an image that the scanner does not support.',
    next: 'Update the packages and build again; or accept one for a time in `images.NAME.scan.ignore`.',
  },
  SIGN_FAILED: {
    means: 'An image was pushed, but could not be signed, so no release was made.',
    causes:
      'A wrong key or password, missing permissions for the key, a key service or registry that does not answer.',
    next: 'Correct `images.NAME.sign`, then push again.',
  },
  TAG_IMMUTABLE: {
    means: 'The tag exists with other content, and tags are immutable.',
    causes: 'The same version was built with other files.',
    next: 'Commit the change or `node runner release`, then push the new version.',
  },
  ARTIFACT_CHANGED: {
    means: 'The object in S3 is not the artifact of the release: another size, checksum or version.',
    causes: 'Somebody wrote to the key, or deleted that version of the object.',
    next: 'Find out who writes there. `node runner push --force` makes another release.',
  },
  GIT_FAILED: {
    means: 'git refused a command that the runner needs.',
    causes: 'No repository or no commit, missing tags, no credentials, a protected branch.',
    next: 'Run the `git` command of the message.',
  },
  RELEASE_UNKNOWN: {
    means: 'There is no release of this version, or it has no such image.',
    causes: 'A typing error, a release of another application, or a release made before the image was added.',
    next: '`node runner history --releases` lists the releases.',
  },
  RELEASE_NONE: {
    means: 'The environment has no release to roll back to, or none to catch up with.',
    causes: 'Nothing healthy was deployed there before.',
    next: '`node runner history --env NAME`, then `node runner deploy --env NAME --release VERSION`.',
  },
  RELEASE_DIRTY: {
    means: 'The working tree has uncommitted changes, and this step does not accept them.',
    causes: 'Uncommitted files below the configuration, or files in an image that are in no commit.',
    next: 'Commit or stash them, or exclude them by `.dockerignore`.',
  },
  DEPLOY_FAILED: {
    means: 'A release did not become healthy, or a host could not run it.',
    causes:
      'The container exits, a health check fails, an image could not be pulled, no capacity, no Docker engine.',
    next: 'Read the logs in the message, fix the cause, then `node runner deploy --env NAME`.',
  },
  DEPLOY_ROLLED_BACK: {
    means: 'A release did not become healthy. The environment runs the previous release again.',
    causes: 'The same as for `DEPLOY_FAILED`.',
    next: 'Fix the cause and deploy a new release. Nothing else has to be done.',
  },
  DEPLOY_CUT_OFF: {
    means:
      'An earlier deployment was killed before its end. Others have to wait until it is finished or undone.',
    causes: 'The runner, its agent or its machine was killed.',
    next: '`node runner deploy --env NAME --resume`, or `node runner rollback --env NAME`.',
  },
  DEPLOY_OVERTAKEN: {
    means:
      'Somebody else deployed to the service while this deployment was in progress, or before a rollback. Theirs is not changed.',
    causes: 'Another pipeline, `aws ecs update-service`, the console or Terraform moved the service.',
    next: 'Find out who it was (CloudTrail: `UpdateService`), then `node runner rollback --env NAME --to VERSION`, or `--force REASON`.',
  },
  DEPLOY_PAUSED: {
    means: 'A deployment waits until somebody says how it goes on. Another one has to wait for that.',
    causes:
      'The `strategy` of a target has a `pause`, and `run`, or `deploy --until paused`, ended there with nobody to ask.',
    next: '`node runner continue --env NAME`, or `node runner rollback --env NAME`; then `node runner run --resume`.',
  },
  // Not 3: the services are as they were, what the migration itself changed may not be.
  MIGRATION_FAILED: {
    means:
      'The migration failed. No service and no host was moved, but changes of the migration to the database stay.',
    causes:
      'The command failed, took longer than `migrate.timeout`, its task or container could not start, or its host went away.',
    next: 'Read the log, make sure the migration can run again, then `node runner deploy --env NAME`.',
  },
  SNAPSHOT_FAILED: {
    means: 'The snapshot of the database that comes before a migration was not made. Nothing was migrated.',
    causes:
      'There is no such database, it was busy for too long, the quota of snapshots is used up, or the role may not make one.',
    next: 'Read what RDS says, then `node runner deploy --env NAME`.',
  },
  HOOK_FAILED: {
    means:
      'A hook of the environment failed. Before a deploy nothing was changed; after it the release runs.',
    causes: 'The command ended with another code than 0, took longer than its `timeout`, or is not there.',
    next: 'Read its last lines, correct it, then run the command again.',
  },
  STAGE_FAILED: {
    means: 'A stage of your own (`stages:`) failed; stages that need it do not run.',
    causes: 'The command ended with another code than 0, took longer than its `timeout`, or is not there.',
    next: 'Read its last lines, then `node runner run --only NAME`.',
  },
  SCHEMA_CONTRACTED: {
    means: 'A contract step of a migration has removed what a release needs, or may not remove it yet.',
    causes:
      'Going back to a release from before the step; or another environment, or a part of this one, still runs such a release.',
    next: 'Bring a release from after the step. `--force REASON` of `rollback` and `deploy` skips the check and is recorded.',
  },
  ROLLBACK_FAILED: {
    means: 'The previous release could not be restored. Look at the environment now.',
    causes: 'A deregistered task definition, an unhealthy previous release, unreachable hosts.',
    next: '`node runner rollback --env NAME`, or `node runner rollback --env NAME --to VERSION`.',
  },
  PROMOTION_REFUSED: {
    means: 'The release may not go to this environment.',
    causes: 'It was never healthy in the environment before, failed on some hosts, or is unproven.',
    next: 'Deploy it to the environment before. `--force REASON` skips the check and is recorded.',
  },
  APPROVAL_REQUIRED: {
    means: 'A person has to approve or confirm this.',
    causes: '`promotion.approval` asks for an approval, or `destroy` was not confirmed.',
    next: '`--approve` or `--approved-by NAME`; for `destroy`, `--yes` or `--confirm NAME`.',
  },
  APPROVAL_REFUSED: {
    means: 'Somebody refused the approval in Jenkins.',
    causes: 'A person pressed “Abort”.',
    next: 'Ask who refused it. Run the build again when it may pass.',
  },
  APPROVAL_NOT_ALLOWED: {
    means: 'This person may not approve.',
    causes: '`approval: { not: … }` excludes the authors of the change or the person who started the build.',
    next: 'Ask somebody else to approve. `people` says who is who.',
  },
  APPROVAL_EXPIRED: {
    means: 'Nobody approved in time.',
    causes: '`jenkins.approval.timeout` passed.',
    next: 'Run the build again, or set a longer `jenkins.approval.timeout`.',
  },
  TASK_NONE: {
    means: 'No task or container that fits is running.',
    causes:
      'The service wants 0 tasks, its tasks end as they start, or `--task` or `--release` names another one.',
    next: '`node runner tasks --env NAME` lists what runs; `node runner logs --env NAME` shows what the last ones said.',
  },
  TASK_FAILED: {
    means: 'A one-off task did not come to its own end, or a service did not get the tasks that it wants.',
    causes: 'No capacity, an image or secret that cannot be read, or somebody stopped the task.',
    next: 'Fix what the message names, then run the command again.',
  },
  LOG_UNREADABLE: {
    means: 'The log of a target cannot be read from here.',
    causes:
      'Its containers do not log by `awslogs`, its log group does not exist, or its streams have no prefix.',
    next: 'Correct `logConfiguration` in the task definition, or read the log where the message says it goes.',
  },
  EXEC_UNAVAILABLE: {
    means: 'No session can be opened in the container.',
    causes:
      'The task was started without ECS Exec, its role may not open channels, or its agent does not run.',
    next: 'Follow the message; then `node runner restart`, as only new tasks have it.',
  },
  SCALE_REFUSED: {
    means: 'Autoscaling governs the number of tasks.',
    causes: 'A number that is set by hand would be changed by the next alarm.',
    next: 'Set the bounds: `node runner scale --min N --max N`.',
  },
  LOCKED: {
    means: 'Another run, process or person holds the lock. What it protects was not changed.',
    causes:
      'A deploy in progress, `lock acquire`, a Terraform state lock, another git or runner on this machine; or a dead run left its lock.',
    next: 'Wait for the holder that the message names, or ask. For an environment: `node runner lock status`, `--wait 10m`; last resort: `lock release --env NAME --force`.',
  },
  NEEDS_CYCLE: {
    means: 'Applications need each other in a circle.',
    causes: '`needs` of one application leads back to itself.',
    next: 'Remove one of the entries of `needs` that the message names.',
  },
  UPSTREAM_UNREADABLE: {
    means: 'The state of an application that this one needs cannot be read.',
    causes: 'A wrong directory or bucket in `needs`, or missing permissions.',
    next: 'Correct `needs`, or allow reading the bucket. `node runner needs` shows the graph.',
  },
  UPSTREAM_FAILED: {
    means: 'An application that this one needs is not healthy in this environment.',
    causes: 'Its last deployment failed, was rolled back, was cut off or is unproven.',
    next: 'Fix and deploy that application first. `--force REASON` skips the check and is recorded.',
  },
  UPSTREAM_MISSING: {
    means: 'An application that this one needs was never deployed to this environment.',
    causes: 'It was not deployed yet, or `needs` points to the wrong place.',
    next: 'Deploy that application first; the message has the command.',
  },
  UPSTREAM_RUNNING: {
    means: 'An application that this one needs is being deployed.',
    causes: 'Another run is in progress.',
    next: 'Add `--wait 10m`.',
  },
  INTERRUPTED: {
    means: 'The command was interrupted. What it began was ended or undone.',
    causes: 'Ctrl-C, `SIGTERM`, or an aborted build.',
    next: 'Run the command again. `node runner status` shows what runs.',
  },
  SUPERSEDED: {
    means: 'A newer build of the same job has overtaken this one.',
    causes: 'Two builds of one branch; the newer one reached the environment first.',
    next: 'Nothing has to be done. To deploy this commit all the same, start a new build.',
  },
  TIMED_OUT: {
    means: 'A stage took longer than the configuration allows.',
    causes: '`jenkins.timeout` or the timeout that the message names passed.',
    next: 'Read the last lines of the stage, fix the cause or allow more time, then run the build again.',
  },
} as const satisfies Partial<Record<ErrorCode, ErrorWords>>;
