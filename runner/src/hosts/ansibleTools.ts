import { readFile } from 'node:fs/promises';
import type { ContextWith } from '../context/context.js';
import { StackError } from '../base/errors.js';

/** What is installed beside `ansible-playbook`. */
export interface AnsibleTools {
  readonly core: string;
  /** Version of the package `ansible`, whose collections are then there. */
  readonly distribution?: string;
  /** Folder of Mitogen's strategy plugins. */
  readonly mitogen?: string;
}

/** Prints what Ansible's own Python finds; Mitogen says itself which cores it takes. */
const QUESTION = `
import json, os, sys
from ansible.release import __version__ as core
told = {"core": core}
try:
    from importlib.metadata import version
    told["distribution"] = version("ansible")
except Exception:
    pass
if sys.argv[1] == "mitogen":
    try:
        import ansible_mitogen, mitogen
        told["version"] = ".".join(str(part) for part in mitogen.__version__)
        try:
            import ansible_mitogen.loaders as loaders
            loaders.assert_supported_release()
            told["mitogen"] = os.path.join(os.path.dirname(ansible_mitogen.__file__), "plugins", "strategy")
        except Exception as error:
            told["refused"] = " ".join(str(error).split())
    except ImportError:
        pass
print(json.dumps(told))
`;

/**
 * Asks the Python that Ansible runs on.
 * @param executable path of ansible-playbook
 * @param accelerate what is to be used: Mitogen is refused where it is not installed or does not take this core
 * @throws StackError TOOL_MISSING for Mitogen; TOOL_FAILED where Ansible cannot be asked
 */
export async function ansibleTools(
  context: ContextWith<'processes' | 'signal'>,
  executable: string,
  accelerate: 'none' | 'mitogen',
): Promise<AnsibleTools> {
  const result = await context.processes.run(
    { file: await interpreterOf(context, executable), args: ['-c', QUESTION, accelerate] },
    { captureStdout: true, signal: context.signal, timeoutMs: 60_000 },
  );
  const told = answerIn(result.stdout);
  if (result.exitCode !== 0 || told === undefined) {
    throw new StackError('TOOL_FAILED', `the Python of ${executable} cannot load Ansible`, {
      where: executable,
      evidence: result.tail.slice(-10),
      next: `Try it: ${executable} --version`,
    });
  }
  if (accelerate === 'none' || told.mitogen !== undefined) {
    const { core, distribution, mitogen } = told;
    return {
      core,
      ...(distribution === undefined ? {} : { distribution }),
      ...(mitogen === undefined ? {} : { mitogen }),
    };
  }
  const reason =
    told.version === undefined
      ? 'it is not installed there'
      : `Mitogen ${told.version} does not take ansible-core ${told.core}`;
  throw new StackError('TOOL_MISSING', `Ansible cannot be accelerated by Mitogen: ${reason}`, {
    where: 'provision.accelerate',
    evidence: told.refused === undefined ? [] : [told.refused],
    next: `Install one that fits beside Ansible (\`pip install mitogen\` in the environment of ${executable}), or leave \`accelerate\` out.`,
  });
}

interface Answer extends AnsibleTools {
  /** Of Mitogen. */
  readonly version?: string;
  readonly refused?: string;
}

function answerIn(stdout: string): Answer | undefined {
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Answer;
  } catch {
    return undefined;
  }
}

/** The first line of the script names it. Where that is another program (a shim of asdf or pyenv, a wrapper), Ansible says it. */
async function interpreterOf(
  { processes, signal }: ContextWith<'processes' | 'signal'>,
  executable: string,
): Promise<string> {
  const script = await readFile(executable, 'latin1').catch(() => '');
  const [, named] = /^#!\s*(\/\S*python\S*)/.exec(script) ?? [];
  if (named !== undefined) return named;
  const version = { file: executable, args: ['--version'] };
  const { stdout } = await processes.run(version, { captureStdout: true, signal, timeoutMs: 60_000 });
  const [, said] = /^\s*python version = .*\((\/[^()]*)\)\s*$/m.exec(stdout) ?? [];
  return said ?? 'python3';
}
