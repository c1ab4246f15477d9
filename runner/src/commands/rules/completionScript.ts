import { StackError } from '../../base/errors.js';

/**
 * A completion script. It holds no words of its own: at each Tab it asks the runner that is typed, by its hidden
 * command `complete`, with the words up to the cursor.
 * @throws StackError USAGE for another shell than bash, zsh and fish
 */
export function completionScript(shell: string): string {
  switch (shell) {
    case 'bash':
      return bash;
    case 'zsh':
      return zsh;
    case 'fish':
      return fish;
  }
  throw new StackError('USAGE', `no completion for "${shell}"`, {
    next: 'Use `completion bash`, `completion zsh` or `completion fish`.',
  });
}

// Bash breaks words at = and :, in which options and stages have such. The words are read from the line itself, and from
// what is offered the part goes that Bash keeps.
const bash = `# automation-stack completion; load it with: source <(node runner completion bash)
_automation_stack() {
  local line=\${COMP_LINE:0:COMP_POINT} words word call kept answer
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  call=("\${words[0]}"); words=("\${words[@]:1}")
  if [[ \${call[0]##*/} == node ]]; then
    [[ \${words[0]} == *runner || \${words[0]} == *runner/ || \${words[0]} == *runner/index.js ]] && (( \${#words[@]} > 1 )) || return
    call+=("\${words[0]}"); words=("\${words[@]:1}")
  fi
  word="\${words[@]: -1}"
  answer=$("\${call[@]}" complete -- "\${words[@]}" 2>/dev/null) || return
  COMPREPLY=()
  kept=''
  [[ $word == *[:=]* ]] && kept=\${word%\${word##*[:=]}}
  case $answer in
    :files) COMPREPLY=($(compgen -f -- "\${word##*=}")); return ;;
    :directories) COMPREPLY=($(compgen -d -- "\${word##*=}")); return ;;
  esac
  while IFS= read -r line; do
    [[ -n $line ]] && COMPREPLY+=("\${line#"$kept"}")
  done <<<"$answer"
}
complete -o bashdefault -o default -F _automation_stack node automation-stack
`;

const zsh = `# automation-stack completion; load it after compinit with: source <(node runner completion zsh)
_automation_stack() {
  local -a call typed answer
  call=("\${words[1]}") typed=("\${(@)words[2,CURRENT]}")
  if [[ \${call[1]:t} == node ]]; then
    [[ \${typed[1]} == (*runner|*runner/|*runner/index.js) ]] && (( \${#typed} > 1 )) || { _default; return }
    call+=("\${typed[1]}"); typed=("\${(@)typed[2,-1]}")
  fi
  answer=("\${(@f)$("\${(@)~call}" complete -- "\${typed[@]}" 2>/dev/null)}")
  case \${answer[1]} in
    :files) _files ;;
    :directories) _files -/ ;;
    *) compadd -a answer ;;
  esac
}
compdef _automation_stack automation-stack node
`;

const fish = `# automation-stack completion; load it with: node runner completion fish | source
function __automation_stack_complete
    set -l words (commandline -opc)
    set -l call $words[1]
    set -e words[1]
    if string match -qr '(^|/)node$' -- $call
        string match -qr 'runner(/|/index\\.js)?$' -- "$words[1]"; or return
        set -a call $words[1]
        set -e words[1]
    end
    set -l word (commandline -ct)
    set -l answer ($call complete -- $words "$word" 2>/dev/null)
    switch "$answer"
        case :files
            __fish_complete_path (string replace -r '^--[a-z-]+=' '' -- "$word")
        case :directories
            __fish_complete_directories (string replace -r '^--[a-z-]+=' '' -- "$word") ''
        case '*'
            printf '%s\\n' $answer
    end
end
function __automation_stack_is_typed
    set -l words (commandline -opc)
    string match -qr '(^|/)node$' -- $words[1]; and string match -qr 'runner(/|/index\\.js)?$' -- "$words[2]"
end
complete -c automation-stack -f -a '(__automation_stack_complete)'
complete -c node -n __automation_stack_is_typed -f -a '(__automation_stack_complete)'
`;
