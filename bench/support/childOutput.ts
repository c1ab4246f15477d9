// Runs a child that prints 1 GiB through the process adapter and prints its own peak resident memory in bytes.
import { randomBytes } from 'node:crypto';
import { createProcesses } from '../../runner/src/adapters/process/processes.js';
import { SecretRegistry } from '../../runner/src/secrets/redact.js';

const GIB = 1024 ** 3;
const kind = process.argv[2];
const printing = (ending: string) =>
  `const piece = 'x'.repeat(1023) + '${ending}'; let left = ${GIB / 1024};
   const more = () => { while (left-- > 0) if (!process.stdout.write(piece)) return process.stdout.once('drain', more); }; more();`;
const code = kind === 'nothing' ? '' : printing(kind === 'lines' ? '\\n' : 'x');
// As many as a run with a plan knows.
const secrets = new SecretRegistry();
for (let count = 0; count < 50; count += 1) secrets.register(randomBytes(24).toString('base64'));
const processes = createProcesses({ cwd: process.cwd(), env: process.env, redactor: () => secrets.lines() });
const { exitCode } = await processes.run({ file: process.execPath, args: ['-e', code] });
if (exitCode !== 0) throw new Error(`the child ended with ${exitCode}`);
// maxRSS is in kibibytes.
console.log(process.resourceUsage().maxRSS * 1024);
