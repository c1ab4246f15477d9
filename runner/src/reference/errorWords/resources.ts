import type { ErrorCode } from '../../base/errors.js';
import type { ErrorWords } from './words.js';

/** What a deployment has in AWS beside its releases. */
export const resourceWords = {
  RESOURCE_UNKNOWN: {
    means: 'Nothing in AWS has this name or id.',
    causes: 'A typing error, another region or account, or it was deleted.',
    next: 'List them: `node runner instances list`, `keys list`, `alarms list`, each with `--env NAME`.',
  },
  RESOURCE_FOREIGN: {
    means: 'It is of another deployment, or its tags do not say whose it is. It is not touched.',
    causes: 'The tags `application` and `environment` name another deployment, or are missing.',
    next: 'Work in the environment that it is of, or give it the tags of this one.',
  },
  RESOURCE_PROTECTED: {
    means:
      'An instance is protected from being deleted or stopped, or an environment from being powered off.',
    causes:
      'Termination protection or stop protection in AWS; `protected` or `promotion` in the configuration.',
    next: 'Follow the message: take the protection off where it was set, or name the environment by `--confirm`.',
  },
  RESOURCE_EXISTS: {
    means: 'Something has this name already.',
    causes: 'It was made before, by this deployment or by another one.',
    next: 'Use another name, or delete what has it.',
  },
  PRUNE_INCOMPLETE: {
    means: 'Some of what was to go is still there. Nothing that is needed was deleted.',
    causes: 'AWS refused it: it is in use, it is protected, or a permission is missing.',
    next: 'Fix what the message names, then run the same command again: it goes on with the rest.',
  },
  INSTANCE_FAILED: {
    means: 'An instance did not come into the state that was asked for, or cannot from where it is.',
    causes:
      'No capacity, a volume or a network interface that is gone, a boot that fails; or it is on its way elsewhere.',
    next: '`node runner instances console NAME --env ENV` shows what it said.',
  },
  POWER_FAILED: {
    means: 'Part of an environment could not be powered off or on.',
    causes: 'AWS refused a stop or a start: a database with a replica, no capacity, a missing permission.',
    next: 'Fix what the message names, then run the same command again: it goes on where it stopped.',
  },
} as const satisfies Partial<Record<ErrorCode, ErrorWords>>;
