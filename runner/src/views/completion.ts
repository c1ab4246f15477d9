import { StackError } from '../core/errors.js';
import type { CommandDefinition, OptionDefinition } from '../commands/command.js';

/**
 * A completion script made from the command definitions; environment names are read from the nearest
 * automation-stack.yml when completing, so that the script never grows old.
 * @throws StackError USAGE for another shell than bash or zsh
 */
export function completionScript(
  shell: string,
  definitions: readonly CommandDefinition[],
  optionsOf: (definition: CommandDefinition) => readonly OptionDefinition[],
): string {
  if (shell !== 'bash' && shell !== 'zsh') {
    throw new StackError('USAGE', `no completion for "${shell}"`, {
      next: 'Use `completion bash` or `completion zsh`.',
    });
  }
  const shown = definitions.filter((definition) => definition.hidden !== true);
  const script = bashScript(shown, optionsOf);
  return shell === 'bash' ? script : `autoload -U +X bashcompinit && bashcompinit\n${script}`;
}

function bashScript(
  definitions: readonly CommandDefinition[],
  optionsOf: (definition: CommandDefinition) => readonly OptionDefinition[],
): string {
  const verbs = [...new Set(definitions.map((definition) => definition.name.split(' ')[0] as string))];
  const groups = new Map<string, string[]>();
  for (const { name } of definitions) {
    const [group, member] = name.split(' ') as [string, string | undefined];
    if (member !== undefined) groups.set(group, [...(groups.get(group) ?? []), member]);
  }
  const optionCases = definitions.map((definition) => {
    const words = optionsOf(definition).map((item) => `--${item.name}`);
    return `    "${definition.name}") words="${words.join(' ')}" ;;`;
  });
  const groupCases = [...groups].map(([group, members]) => `    ${group}) words="${members.join(' ')}" ;;`);
  return `# automation-stack completion; load it with: source <(node runner completion bash)
_automation_stack() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} start=1 words="" verb="" member=""
  [[ \${COMP_WORDS[0]} == node ]] && { [[ \${COMP_WORDS[1]} == *runner* ]] || return; start=2; }
  verb=\${COMP_WORDS[start]}; member=\${COMP_WORDS[start+1]}
  case $before in
    --env) words=$(sed -n '/^environments:/,/^[^ #]/s/^  \\([a-z][a-z0-9-]*\\):.*/\\1/p' automation-stack.yml 2>/dev/null)
      COMPREPLY=($(compgen -W "$words" -- "$word")); return ;;
    -C|--directory|--config|--result) COMPREPLY=($(compgen -f -- "$word")); return ;;
  esac
  if (( COMP_CWORD == start )); then
    COMPREPLY=($(compgen -W "${verbs.join(' ')}" -- "$word")); return
  fi
  if (( COMP_CWORD == start + 1 )) && [[ $word != -* ]]; then
    case $verb in
${groupCases.join('\n')}
    esac
    COMPREPLY=($(compgen -W "$words" -- "$word")); return
  fi
  case "$verb" in ${[...groups.keys()].join('|')}) verb="$verb $member" ;; esac
  case "$verb" in
${optionCases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _automation_stack node automation-stack
`;
}
