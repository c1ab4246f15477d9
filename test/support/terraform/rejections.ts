import { readBlocks } from '../../../scripts/terraformReader.js';

/** A run of reject.tftest.hcl, to be run alone and without its expectation so that the message can be read. */
export interface Rejection {
  readonly run: string;
  /** Words that the message must hold, from the run's comment `# says: …`; empty where it has none. */
  readonly says: string;
  /** A test file with this run only. */
  readonly file: string;
}

/**
 * Terraform's own `expect_failures` knows which check refused, not what it told. Each run is therefore run a second
 * time, as a file of its own, since Terraform skips what comes after an error.
 */
export function rejections(text: string): Rejection[] {
  const blocks = readBlocks(text, 'reject.tftest.hcl');
  const shared = blocks.filter(({ type }) => type !== 'run').map((block) => block.text);
  return blocks
    .filter(({ type }) => type === 'run')
    .map((block) => ({
      run: block.labels.join('.'),
      says: /^\s*# says: (.+)$/m.exec(block.text)?.[1]?.trim() ?? '',
      file: [...shared, block.text.replace(/^\s*expect_failures\s*=\s*\[[^\]]*\]/m, '')].join('\n\n') + '\n',
    }));
}
