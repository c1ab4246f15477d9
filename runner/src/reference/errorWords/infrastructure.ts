import type { ErrorCode } from '../../base/errors.js';
import type { ErrorWords } from './words.js';

/** Terraform, what it owns, and hosts. */
export const infrastructureWords = {
  TERRAFORM_FAILED: {
    means: 'Terraform failed, or it was killed.',
    causes: 'A mistake in the root, missing variables or permissions, a changed backend, a refused request.',
    next: 'Fix what Terraform says, then run the command again; `node runner plan --env NAME` shows the rest.',
  },
  PLAN_STALE: {
    means: 'The plan cannot be applied: it does not exist, or it no longer fits.',
    causes:
      'The commit, a variable, a file of the root or the Terraform state changed after the plan was made.',
    next: '`node runner plan --env NAME --out FILE`, review it, and apply it. In Jenkins, run the build again.',
  },
  SCOPE_UNKNOWN: {
    means: 'The scope does not exist, or it names addresses that do not exist.',
    causes: 'A typing error in `--scope` or in `infrastructure.scopes`, or a resource was renamed.',
    next: 'Correct `infrastructure.scopes`. `terraform state list` shows the addresses.',
  },
  OUT_OF_SCOPE: {
    means: 'The plan of a scope would change resources outside of it. Nothing was applied.',
    causes: 'A resource of the scope depends on one that has to change too.',
    next: 'Add the address to the scope, or plan the whole root: `node runner plan --env NAME`.',
  },
  DATA_LOSS_REFUSED: {
    means: 'The plan would destroy or replace a resource that holds data. Nothing was applied.',
    causes: 'A changed attribute that forces a replacement, a removed resource, or `destroy`.',
    next: 'Change the configuration, or allow it by name: `--allow-destroy ADDRESS`. The message has the command.',
  },
  STILL_REUSED: {
    means: 'Another deployment uses what would be destroyed or replaced. Nothing was applied.',
    causes: 'The ownership ledger lists a deployment that reuses it.',
    next: 'Change or destroy that deployment first. If it no longer exists: `--forget-reuse NAME`.',
  },
  OWNERSHIP_UNREADABLE: {
    means: 'The ownership ledger cannot be read, so a protected environment is left as it is.',
    causes: 'The bucket or directory of `infrastructure.ownership` is missing or access is denied.',
    next: 'Fix the access, then run the command again.',
  },
  DATABASE_USER_FAILED: {
    means: 'A database user could not be created.',
    causes: 'The task could not start or reach the database, or the administrator secret is wrong.',
    next: 'Read the log of the task (`aws logs tail GROUP --since 1h`), then `node runner apply --env NAME`.',
  },
  DRIFT_FOUND: {
    means:
      'The infrastructure, or a host (`provision --check`), differs from the configuration. This is a result, not a failure of the check.',
    causes: 'Somebody changed it outside of Terraform or Ansible, or a change was not applied yet.',
    next: '`node runner plan --env NAME` shows what an apply would do and `node runner apply --env NAME` does it; `node runner provision --env NAME` for hosts.',
  },
  OUTPUT_MISSING: {
    means: 'A Terraform output or the hosts of an environment are missing.',
    causes: 'The infrastructure was not applied yet, the output has another name, or it is sensitive.',
    next: '`node runner apply --env NAME`, or correct the name. `node runner output --env NAME` lists the outputs.',
  },
  SSH_UNREACHABLE: {
    means: 'A host does not answer over SSH, or the connection was lost.',
    causes: 'The host is down or still starting, a firewall, a wrong address, or a wrong jump host.',
    next: '`node runner inventory --env NAME` shows the address; `node runner doctor --env NAME` tests it.',
  },
  SSH_AUTH_FAILED: {
    means: 'A host does not accept the user or the key.',
    causes: 'A wrong user or key, a missing passphrase, or an SSH agent without the key.',
    next: 'Check `inventory.user` and `inventory.private-key` with the `ssh` command of the message.',
  },
  SSH_HOST_KEY_UNKNOWN: {
    means: 'The host key of a host is not known, so the runner does not connect.',
    causes: 'A new host, or a known_hosts file of another machine.',
    next: 'Compare the fingerprint and add the key (the message has the command), or set `inventory.host-keys`.',
  },
  SSH_HOST_KEY_CHANGED: {
    means: 'A host shows another key than the known one. Somebody may intercept the connection.',
    causes: 'The host was rebuilt, its address belongs to another host now, or an attack.',
    next: 'Find out which one it is. Only if it was rebuilt: replace the key with the command of the message.',
  },
  SSH_HOST_REPLACED: {
    means: 'Another EC2 instance has the name of a known host, with another key.',
    causes: 'Terraform or an Auto Scaling group replaced the instance.',
    next: 'Set `inventory: { host-keys: { from: [console] } }`, or replace the key by hand.',
  },
  PLAYBOOK_FAILED: {
    means: 'An Ansible playbook failed, or no task ran on a host.',
    causes: 'A failed task, an unreachable host, a mistake in the playbook, or `hosts` that match nothing.',
    next: 'Fix the task that the message names, then `node runner provision --env NAME --limit HOST`.',
  },
} as const satisfies Partial<Record<ErrorCode, ErrorWords>>;
