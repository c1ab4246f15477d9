// Runs a child that prints 1 GiB through the process adapter and prints its own peak resident memory in bytes.
import { createProcesses } from '../../runner/src/adapters/process/processes.js';

const GIB = 1024 ** 3;
const kind = process.argv[2];
const printing = (ending: string) =>
  `const piece = 'x'.repeat(1023) + '${ending}'; let left = ${GIB / 1024};
   const more = () => { while (left-- > 0) if (!process.stdout.write(piece)) return process.stdout.once('drain', more); }; more();`;
const code = kind === 'nothing' ? '' : printing(kind === 'lines' ? '\\n' : 'x');
const processes = createProcesses({ cwd: process.cwd(), env: process.env, redact: (text) => text });
const { exitCode } = await processes.run({ file: process.execPath, args: ['-e', code] });
if (exitCode !== 0) throw new Error(`the child ended with ${exitCode}`);
// maxRSS is in kibibytes.
console.log(process.resourceUsage().maxRSS * 1024);
