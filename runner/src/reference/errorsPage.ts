import { type ErrorCode, errorCodes } from '../base/errors.js';
import { errorWords } from './errorWords.js';

/** Every failure by its code: its category and exit code, what it means, what causes it and what to type next. */
export function errorsPage(): string {
  const sections = (Object.keys(errorCodes) as ErrorCode[]).map((code) => {
    const { category, exitCode } = errorCodes[code];
    const { means, causes, next } = errorWords[code];
    return `## ${code}

${means}

- Category ${category}, exit code ${exitCode}
- **Cause:** ${causes}
- **Next:** ${next}`;
  });
  return `# Failures

Each failure says what failed, where, why (the evidence) and what to type next. \`--json\` and \`--result FILE\` carry its code and category;
Jenkins sorts failures by the category. Made from the code by \`make docs\`. A failure without a code is a bug, and only bugs show stack traces.

${sections.join('\n\n')}
`;
}
