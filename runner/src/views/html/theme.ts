import type { RunStageStatus } from '../../events/run.js';

/** Colours of the report: of its timeline and, as variables, of its style sheet. Text on `paper` has a contrast of 4.5 or more. */
export interface Theme {
  readonly ink: string;
  readonly faint: string;
  readonly line: string;
  readonly band: string;
  readonly paper: string;
  /** Around the paper. */
  readonly desk: string;
  readonly link: string;
  /** Words of what was skipped or waits: the timeline's bars may be fainter than text. */
  readonly skippedText: string;
  /** Shares of the requests by colour; text stands on `fill`. */
  readonly traffic: Readonly<
    Record<'blue' | 'green' | 'other', { readonly fill: string; readonly line: string }>
  >;
  readonly status: Readonly<Record<RunStageStatus, string>>;
}

export const light: Theme = {
  ink: '#1b2430',
  faint: '#5b6675',
  line: '#dde2e8',
  band: '#f5f7f9',
  paper: '#ffffff',
  desk: '#eef1f4',
  link: '#1d5bb5',
  skippedText: '#6b7683',
  traffic: {
    blue: { fill: '#cfe2fc', line: '#1d63c4' },
    green: { fill: '#cdeed9', line: '#1c7c54' },
    other: { fill: '#e4e8ed', line: '#5b6675' },
  },
  status: {
    ok: '#1c7c54',
    partial: '#8a6a00',
    failed: '#c02942',
    'rolled-back': '#ad5a00',
    interrupted: '#6a4bb0',
    'cut-off': '#c02942',
    skipped: '#8a94a1',
    running: '#1d63c4',
    waiting: '#8a94a1',
  },
};

export const dark: Theme = {
  ink: '#e8ecf1',
  faint: '#9aa6b4',
  line: '#303a46',
  band: '#1a212a',
  paper: '#141a21',
  desk: '#0d1117',
  link: '#7db3ff',
  skippedText: '#8b97a5',
  traffic: {
    blue: { fill: '#1e4276', line: '#6aa8ff' },
    green: { fill: '#1b4f3a', line: '#4cc38a' },
    other: { fill: '#36414e', line: '#9aa6b4' },
  },
  status: {
    ok: '#4cc38a',
    partial: '#e3c04a',
    failed: '#ff6b81',
    'rolled-back': '#f0a04b',
    interrupted: '#b39bf0',
    'cut-off': '#ff6b81',
    skipped: '#7b8794',
    running: '#6aa8ff',
    waiting: '#7b8794',
  },
};

/** The colours as variables of the style sheet, dark where the reader has it so; paper is always light. */
export const themeRules = (): string => `:root {
${variables(light, '  ')}
}

@media (prefers-color-scheme: dark) and (not print) {
  :root {
${variables(dark, '    ')}
  }
}
`;

function variables({ status, skippedText, traffic, ...colours }: Theme, indent: string): string {
  const { skipped: _skipped, waiting: _waiting, 'cut-off': _cutOff, ...shown } = status;
  const shares = Object.entries(traffic).flatMap(([name, { fill, line }]): [string, string][] => [
    [`share-${name}`, fill],
    [`share-${name}-line`, line],
  ]);
  return [...Object.entries({ ...colours, ...shown, skipped: skippedText }), ...shares]
    .map(([name, colour]) => `${indent}--${name}: ${colour};`)
    .join('\n');
}
