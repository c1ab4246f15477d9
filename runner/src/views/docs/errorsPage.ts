import { errorCodes } from '../../core/errors.js';

/** Every failure by its code, with the category Jenkins sorts it by and the exit code. */
export function errorsPage(): string {
  const rows = Object.entries(errorCodes).map(
    ([code, { category, exitCode }]) => `| \`${code}\` | ${category} | ${exitCode} |`,
  );
  return `# Failures

Each failure says what, where, why (the evidence) and what to type next; \`--json\` and \`--result FILE\` carry its code.
Made from the code by \`make docs\`. Anything without a code is a bug, and only bugs show stack traces.

| Code | Category | Exit code |
| --- | --- | --- |
${rows.join('\n')}
`;
}
