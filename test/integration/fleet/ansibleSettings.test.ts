import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { ansiblePlaybook } from '../../../runner/src/hosts/rules/ansibleArguments.js';
import { selection } from '../../../runner/src/hosts/rules/ansibleSelection.js';
import { testLocalContext } from '../../support/localContext.js';

const run = promisify(execFile);

/** Serve the connection, the vault, privileges and files; find plugins and collections; or change what is printed. */
const LEFT_TO_THE_USER = [
  /_PLUGINS$/,
  /_PATH(_DIR)?$/,
  /^ANSIBLE_(AGNOSTIC_)?BECOME/,
  /^ANSIBLE_(CACHE|COLLECTIONS|COLOR|COW|DIFF|DISPLAY|GALAXY|LOG|PARAMIKO|PERSISTENT|SSH_AGENT|VAULT)(_|$)/,
  /_WARNINGS?$/,
  /^ANSIBLE_(HOME|NOCOWS|DEBUG|VERBOSITY|VERBOSE_TO_STDERR|EDITOR|PAGER|NO_LOG|NO_TARGET_SYSLOG|SYSLOG_FACILITY)$/,
  /^ANSIBLE_(ASK_VAULT_PASS|CONNECTION_PASSWORD_FILE|PRIVATE_KEY_FILE|REMOTE_PORT|REMOTE_USER|TIMEOUT|TASK_TIMEOUT)$/,
  /^ANSIBLE_(EXECUTABLE|FORKS|GATHERING|FACTS_MODULES|KEEP_REMOTE_FILES|LIBRARY|LOCAL_TEMP|MODULE_UTILS)$/,
  /^ANSIBLE_(MAX_DIFF_SIZE|MODULE_IGNORE_EXTS|MODULE_STRICT_UTF8_RESPONSE|NETCONF_SSH_CONFIG|NETWORK_GROUP_MODULES)$/,
  /^ANSIBLE_(OLD_PLUGIN_CACHE_CLEAR|POLL_INTERVAL|PYTHON_MODULE_RLIMIT_NOFILE|SELINUX_SPECIAL_FS|SHOW_CUSTOM_STATS)$/,
  /^ANSIBLE_(STRING_TYPE_FILTERS|TARGET_LOG_INFO|USE_PERSISTENT_CONNECTIONS|VALIDATE_ACTION_GROUP_METADATA)$/,
  /^ANSIBLE_(ALLOW_BROKEN_CONDITIONALS|ALLOW_EMBEDDED_TEMPLATES|INVENTORY_EXPORT|LIBVIRT_LXC_NOSECLABEL|SU)$/,
  /^ANSIBLE_(WIN_ASYNC_STARTUP_TIMEOUT|WORKER_SHUTDOWN_POLL_(COUNT|DELAY)|TEST_ENTRY.*)$/,
];

describe('the settings of the installed ansible-core', () => {
  it('are each fixed for a run, left out of it, or known to change nothing of what runs where', async () => {
    const { venv } = testLocalContext().settings;
    const list = await run(join(venv, 'bin', 'ansible-config'), ['list', '--format', 'json'], {
      maxBuffer: 1e8,
    });
    const settings = Object.values(JSON.parse(list.stdout) as Record<string, { env?: { name: string }[] }>);
    const names = settings.flatMap(({ env = [] }) => env.map(({ name }) => name));
    expect(names.length).to.be.greaterThan(100);
    const places = {
      library: '/l',
      directory: '/d',
      configuration: '/c',
      configured: new Map<string, string>(),
      collections: ['/e'],
      env: {},
    };
    const { env = {} } = ansiblePlaybook({ places, executable: 'a', playbook: 'p', inventory: 'i' });
    const decided = new Set([...Object.keys(env), ...Object.keys(selection())]);
    const unknown = names.filter(
      (name) =>
        name.startsWith('ANSIBLE_') &&
        !decided.has(name) &&
        !LEFT_TO_THE_USER.some((pattern) => pattern.test(name)),
    );
    expect(unknown).to.deep.equal([]);
    // And none that is decided on has got another name meanwhile.
    const gone = Object.keys(selection()).filter((name) => !names.includes(name));
    expect(gone).to.deep.equal([]);
  });
});
