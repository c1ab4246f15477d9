/**
 * Variables that lead git to another repository, index or object store, or change what it prints. Hooks and aliases hand
 * them to all they start (`git rev-parse --local-env-vars` tells most), so a runner that a hook starts would read
 * the hook's repository, and so would the git of terraform and ansible-galaxy. What says who asks and how a remote is
 * reached (GIT_AUTHOR_*, GIT_SSH_COMMAND, GIT_ASKPASS, GIT_SSL_*, GIT_CONFIG_COUNT …) stays.
 * Names: https://git-scm.com/docs/git#_environment_variables
 */
const MISLEADING = new Set([
  // Which repository, index and objects
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_INDEX_VERSION',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_QUARANTINE_PATH',
  'GIT_COMMON_DIR',
  'GIT_NAMESPACE',
  'GIT_PREFIX',
  'GIT_INTERNAL_SUPER_PREFIX',
  'GIT_CEILING_DIRECTORIES',
  'GIT_CONFIG',
  'GIT_DEFAULT_HASH',
  'GIT_DEFAULT_REF_FORMAT',
  'GIT_REFERENCE_BACKEND',
  'GIT_REF_PARANOIA',
  // A history other than the one recorded
  'GIT_GRAFT_FILE',
  'GIT_SHALLOW_FILE',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_REPLACE_REF_BASE',
  // How paths, attributes and differences are read
  'GIT_LITERAL_PATHSPECS',
  'GIT_GLOB_PATHSPECS',
  'GIT_NOGLOB_PATHSPECS',
  'GIT_ICASE_PATHSPECS',
  'GIT_ATTR_SOURCE',
  'GIT_ATTR_NOSYSTEM',
  'GIT_EXTERNAL_DIFF',
  'GIT_DIFF_OPTS',
  // What is printed, and how
  'GIT_PAGER',
  'GIT_PAGER_IN_USE',
  'GIT_NOTES_REF',
  'GIT_NOTES_DISPLAY_REF',
  'GIT_NOTES_REWRITE_REF',
  'GIT_REFLOG_ACTION',
  'GIT_FLUSH',
]);

/** The environment of a child, without variables that would mislead its git. */
export function withoutGitVariables(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !misleads(name)));
}

/** GIT_TRACE and similar variables write into git's output, which is read, and shown after a failure. */
function misleads(name: string): boolean {
  return MISLEADING.has(name) || /^GIT_(?:TRACE|TEST_|REDIRECT_)/.test(name);
}
