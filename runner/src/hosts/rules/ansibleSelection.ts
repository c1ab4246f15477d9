/**
 * What decides over which tasks run on which hosts, beside the playbook and what the runner itself asks for. A person's
 * shell or an `ansible.cfg` may hold any of it for work by hand; a deploy must mean the same for everybody.
 *
 * Names are those of ansible-core's `config/base.yml`. What serves the connection (SSH, become, Vault), finds plugins
 * and collections, or only changes what is printed is left to the user.
 */
const LEFT_OUT = [
  // Which hosts, which groups.
  'ANSIBLE_INVENTORY',
  'ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED',
  'ANSIBLE_INVENTORY_IGNORE',
  'ANSIBLE_INVENTORY_IGNORE_REGEX',
  'ANSIBLE_INVENTORY_UNPARSED_FAILED',
  'ANSIBLE_HOST_PATTERN_MISMATCH',
  'ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS',
  // Which tasks, in which order, and what ends a play.
  'ANSIBLE_ANY_ERRORS_FATAL',
  'ANSIBLE_ERROR_ON_MISSING_HANDLER',
  'ANSIBLE_FORCE_HANDLERS',
  'ANSIBLE_INVALID_TASK_ATTRIBUTE_FAILED',
  'ANSIBLE_STRATEGY',
  'ANSIBLE_TASK_DEBUGGER_IGNORE_ERRORS',
  // Which variables, with which values.
  'ANSIBLE_DUPLICATE_YAML_DICT_KEY',
  'ANSIBLE_ERROR_ON_UNDEFINED_VARS',
  'ANSIBLE_HASH_BEHAVIOUR',
  'ANSIBLE_INJECT_FACT_VARS',
  'ANSIBLE_JINJA2_EXTENSIONS',
  'ANSIBLE_JINJA2_NATIVE',
  'ANSIBLE_MODULE_ARGS',
  'ANSIBLE_NULL_REPRESENTATION',
  'ANSIBLE_PLAYBOOK_DIR',
  'ANSIBLE_PLAYBOOK_VARS_ROOT',
  'ANSIBLE_PRECEDENCE',
  'ANSIBLE_PRIVATE_ROLE_VARS',
  'ANSIBLE_RUN_VARS_PLUGINS',
  'ANSIBLE_VARS_ENABLED',
  'ANSIBLE_YAML_FILENAME_EXT',
  // Other callbacks print between our lines, or end the run.
  'ANSIBLE_CALLBACKS_ENABLED',
  'ANSIBLE_LOAD_CALLBACK_PLUGINS',
] as const;

/**
 * Environment variables that make a run mean the same wherever it is started. Those with a value win over an
 * `ansible.cfg`, too; undefined ones are taken out of what the child inherits.
 *
 * @param tags only tasks with one of them; all where left out or empty
 */
export function selection(tags: readonly string[] = []): Record<string, string | undefined> {
  return {
    ...Object.fromEntries(LEFT_OUT.map((name) => [name, undefined])),
    // `--tags` adds to what stands here, so both say the same.
    ANSIBLE_RUN_TAGS: tags.length === 0 ? 'all' : tags.join(','),
    ANSIBLE_SKIP_TAGS: '',
    // The inventory that we write is YAML.
    ANSIBLE_INVENTORY_ENABLED: 'yaml',
    // `local` would work on this machine instead of the hosts.
    ANSIBLE_TRANSPORT: 'ssh',
    // Nobody is there to answer.
    ANSIBLE_ASK_PASS: 'False',
    ANSIBLE_BECOME_ASK_PASS: 'False',
    ANSIBLE_ENABLE_TASK_DEBUGGER: 'False',
  };
}
