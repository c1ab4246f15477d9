import picocolors from 'picocolors';
import type { StageStatus } from '../events/events.js';

type Paint = (text: string) => string;

/** How a terminal view looks: with or without colour, with Unicode or in plain ASCII. */
export interface Style {
  readonly marks: Readonly<Record<StageStatus | 'waiting' | 'warning' | 'info', string>>;
  readonly spinner: readonly string[];
  readonly ellipsis: string;
  readonly bar: string;
  readonly separator: string;
  readonly dim: Paint;
  readonly bold: Paint;
  /** Colours a text by what became of it. */
  status(status: StageStatus | 'running' | 'warning', text: string): string;
}

const UNICODE = {
  marks: {
    ok: '✓',
    partial: '◐',
    failed: '✗',
    skipped: '○',
    'rolled-back': '↩',
    interrupted: '■',
    waiting: '·',
    warning: '!',
    info: '·',
  },
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
  ellipsis: '…',
  bar: '│',
  separator: ' · ',
} as const;

const ASCII = {
  marks: {
    ok: 'ok',
    partial: 'PARTIAL',
    failed: 'FAILED',
    skipped: 'skipped',
    'rolled-back': 'ROLLED BACK',
    interrupted: 'INTERRUPTED',
    waiting: '-',
    warning: 'WARNING',
    info: '-',
  },
  spinner: ['|', '/', '-', '\\'],
  ellipsis: '...',
  bar: '|',
  separator: ' - ',
} as const;

/**
 * @param color whether colours are wanted (NO_COLOR, --no-color and TERM=dumb are already in it)
 * @param unicode whether the terminal shows more than ASCII, see {@link supportsUnicode}
 */
export function createStyle(color: boolean, unicode: boolean): Style {
  const paint = picocolors.createColors(color);
  const colors: Readonly<Record<StageStatus | 'running' | 'warning', Paint>> = {
    ok: paint.green,
    partial: paint.yellow,
    failed: paint.red,
    skipped: paint.dim,
    'rolled-back': paint.yellow,
    interrupted: paint.yellow,
    running: paint.cyan,
    warning: paint.yellow,
  };
  return {
    ...(unicode ? UNICODE : ASCII),
    dim: paint.dim,
    bold: paint.bold,
    status: (status, text) => colors[status](text),
  };
}

/** By the locale, as POSIX says: LC_ALL, then LC_CTYPE, then LANG; the Linux console has too few glyphs. */
export function supportsUnicode(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env['TERM'] === 'linux' || env['TERM'] === 'dumb') return false;
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  return /utf-?8/i.test(locale ?? '');
}
