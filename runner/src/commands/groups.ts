/** What commands are for: help and the docs list them so, in this order. */
export const commandGroups: Readonly<Record<string, readonly string[]>> = {
  Begin: ['init', 'doctor', 'tools', 'config', 'local', 'completion'],
  'Make a release': ['build', 'test', 'push', 'release'],
  Infrastructure: ['plan', 'apply', 'drift', 'destroy', 'output', 'iam-policy'],
  Hosts: ['inventory', 'provision', 'env'],
  Deliver: [
    'stages',
    'run',
    'verify',
    'diff',
    'deploy',
    'promote',
    'continue',
    'rollback',
    'migrate',
    'needs',
  ],
  Operate: ['tasks', 'logs', 'exec', 'task', 'scale', 'restart', 'drain', 'power'],
  'What AWS has': ['instances', 'keys', 'alarms', 'groups', 'images', 'prune'],
  'Inspect and notify': ['status', 'history', 'report', 'lock', 'notify'],
};
