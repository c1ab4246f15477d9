import type { ErrorCode } from '../../base/errors.js';
import type { ErrorWords } from './words.js';

/** Usage, configuration, the machine, the state, Jenkins, AWS and notifications. */
export const machineWords = {
  USAGE: {
    means: 'The command line is wrong. Nothing was done.',
    causes: 'An unknown command or option, a value of the wrong form, or options that exclude each other.',
    next: '`node runner COMMAND --help`',
  },
  CONFIG_NOT_FOUND: {
    means: 'There is no configuration file in this directory.',
    causes: 'The command runs in another directory, or the project has no `automation-stack.yml` yet.',
    next: '`node runner init` writes one. `-C DIR` or `--config FILE` names another one.',
  },
  CONFIG_INVALID: {
    means: 'The configuration is wrong, or it does not fit what it describes.',
    causes:
      'Unknown keys and wrong values; a playbook, Terraform root, container, service or target group that does not exist.',
    next: 'Correct the lines that the message names, then `node runner config check`.',
  },
  CONFIG_REFERENCE: {
    means: 'The value of a reference such as `${env:NAME}` or `${ssm:/path}` could not be read.',
    causes: 'The variable is not set, or the parameter, the secret or its key does not exist.',
    next: 'Set it; the message has the command. In Jenkins, bind the credential to the variable.',
  },
  ENVIRONMENT_UNKNOWN: {
    means: 'The configuration has no environment of this name.',
    causes: 'A typing error, or another configuration file than intended.',
    next: '`node runner config show` lists the environments.',
  },
  ENVIRONMENT_REQUIRED: {
    means: 'The command needs an environment.',
    causes: '`--env` is missing.',
    next: 'Add `--env NAME`.',
  },
  TARGET_UNKNOWN: {
    means: 'The environment has no target of this name, or no targets at all.',
    causes: 'A typing error, or `targets` is missing.',
    next: 'Correct the name, or add the target under `environments.NAME.targets`.',
  },
  STAGE_UNKNOWN: {
    means: 'The pipeline of this branch has no such stage.',
    causes: 'A typing error in `--from` or `--only`, or the branch leads to another environment.',
    next: '`node runner stages --branch NAME` lists the stages.',
  },
  FILE_EXISTS: {
    means: '`init` does not overwrite files.',
    causes: 'The project has a configuration already.',
    next: 'Edit the file, or move it away and run `node runner init` again.',
  },
  FILE_FAILED: {
    means: 'The operating system refused to read or write a file, or to connect.',
    causes: 'Missing permissions, a full disk, a read-only file system, too many open files.',
    next: 'Fix what the message names, then run the command again. `df -h` and `ls -ld PATH` help.',
  },
  TOOL_MISSING: {
    means: 'A tool that this command needs is missing or too old.',
    causes: 'Terraform, Ansible, Docker, git or an SSH helper is not installed or not on `PATH`.',
    next: '`node runner tools install TOOL` installs it; `node runner tools list` shows all of them.',
  },
  TOOL_FAILED: {
    means: 'A tool failed, or it printed something else than it was asked for.',
    causes: 'A wrapper or an alias on `PATH`, a tool of another version, a full disk.',
    next: 'Run the command of the message by hand, then `node runner doctor`.',
  },
  STATE_WRITE_FAILED: {
    means: 'The runner could not write its records. The message says whether the work itself was done.',
    causes: 'A full disk, missing permissions, a network file system without hard links, a missing bucket.',
    next: 'Fix the place that `state.location` names, then run the command again; it records what runs.',
  },
  STATE_UNREADABLE: {
    means: 'A record of the state cannot be read.',
    causes: 'The file was edited by hand or cut off by a power failure, or the place cannot be read.',
    next: 'Restore the file from a backup. For a lock: `node runner lock release --env NAME --force`.',
  },
  STATE_CONFLICT: {
    means: 'Another run changed the same record at the same time, or the record has other content.',
    causes: 'Two runs work on one environment, or a version is recorded already with other content.',
    next: '`node runner status --env NAME`, then run the command again. Commit changes to get a new version.',
  },
  DOCTOR_FAILED: {
    means: '`doctor` found a required thing that does not work.',
    causes: 'Missing tools, credentials, permissions, hosts or tokens; one line for each.',
    next: 'Fix the lines marked as failed, then run `node runner doctor` again.',
  },
  AGENT_LOST: {
    means: 'The Jenkins agent disappeared while a stage ran.',
    causes: 'The agent was stopped, restarted or lost its network.',
    next: '`node runner status` shows whether a deployment was cut off. Then run the build again.',
  },
  JENKINS_FAILED: {
    means: 'A step of Jenkins failed, not the runner.',
    causes: 'A credential with this id does not exist or has another kind; a plugin or a checkout failed.',
    next: 'Fix the cause in Jenkins, then run the build again.',
  },
  AWS_CREDENTIALS_MISSING: {
    means: 'There are no AWS credentials, or AWS does not accept them.',
    causes: 'No profile, no keys and no instance role; or a wrong or deleted key.',
    next: 'Set `AWS_PROFILE`, or run on a machine with a role. `aws sts get-caller-identity` tests it.',
  },
  AWS_CREDENTIALS_EXPIRED: {
    means: 'The AWS credentials have expired.',
    causes: 'The session of `aws sso login` or of a role has ended.',
    next: '`aws sso login`, then run the command again.',
  },
  AWS_ACCESS_DENIED: {
    means: 'AWS refused a request for lack of permissions.',
    causes: 'A missing IAM statement, or a trust policy that does not name the caller.',
    next: 'Add the statement of the message. `node runner iam-policy --env NAME --command COMMAND` prints all.',
  },
  AWS_ACCOUNT_MISMATCH: {
    means: 'The AWS credentials belong to another account than the environment. Nothing was changed.',
    causes: 'Another profile or role than intended, or a wrong `aws.account` in the configuration.',
    next: 'Use credentials of the account that the message names. `aws sts get-caller-identity` shows yours.',
  },
  AWS_THROTTLED: {
    means: 'AWS refused requests because there were too many, also after retries.',
    causes: 'Many jobs use the same API at the same time.',
    next: 'Run the command again in a minute. Ask AWS for a higher quota if it happens often.',
  },
  AWS_UNREACHABLE: {
    means: 'The runner cannot reach AWS.',
    causes: 'Network, DNS or proxy; a wrong region; a wrong endpoint setting.',
    next: '`node runner doctor --env NAME` shows the proxies and tests the connection.',
  },
  AWS_REFUSED: {
    means: 'AWS refused a request for another reason, which the message quotes.',
    causes: 'A wrong parameter, a quota, a resource in another state, or an error inside AWS.',
    next: 'Read the message of AWS. `--verbose` shows each request.',
  },
  SLACK_FAILED: {
    means: 'Slack did not take a message. Only `notify` fails because of this; other commands go on.',
    causes: 'A wrong token or channel, the app is not in the channel, or Slack is out of reach.',
    next: '`node runner doctor` tests the token.',
  },
  GITHUB_FAILED: {
    means:
      'GitHub did not take a commit status, comment or release. Only the release of a version fails because of this; its tag stands.',
    causes: 'A token without the permission, a wrong repository, a commit that is not pushed, a rate limit.',
    next: '`node runner doctor` tests the token.',
  },
  GITLAB_FAILED: {
    means:
      'GitLab did not take a commit status, comment or release. Only the release of a version fails because of this; its tag stands.',
    causes: 'A token without the permission, a wrong project, a commit that is not pushed, a rate limit.',
    next: '`node runner doctor` tests the token.',
  },
} as const satisfies Partial<Record<ErrorCode, ErrorWords>>;
