/** One line of `docker logs --timestamps`. */
export interface StampedLine {
  /** As the engine writes it, with nine digits of a second: two compare as text. */
  readonly stamp: string;
  readonly at: number;
  readonly line: string;
}

const LINE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z) ?(.*)$/s;

/** Reads a line; undefined of what is no line of the log, such as words of the client itself. */
export function parseStamped(text: string): StampedLine | undefined {
  const found = LINE.exec(text);
  if (found === null) return undefined;
  const [, stamp = '', line = ''] = found;
  return { stamp, at: Date.parse(stamp), line: line.replace(/\r$/, '') };
}

/**
 * Which lines of a container's log were told. The engine gives all from a moment on, that moment too: as many of it as were
 * told before are left out.
 */
export class ToldLines {
  private last = '';
  private count = 0;
  private left = 0;

  /** The moment from which to read on; undefined where nothing was told yet. */
  get since(): string | undefined {
    return this.last === '' ? undefined : this.last;
  }

  /** Reading begins anew from `since`. */
  again(): void {
    this.left = this.count;
  }

  /** Whether a line is to be told; it counts as told from then on. */
  take({ stamp }: StampedLine): boolean {
    if (stamp < this.last) return false;
    if (stamp === this.last && this.left > 0) {
      this.left -= 1;
      return false;
    }
    this.count = stamp === this.last ? this.count + 1 : 1;
    this.left = stamp === this.last ? this.left : 0;
    this.last = stamp;
    return true;
  }
}

/** How much of a log is read. */
export interface ReadLog {
  /** A stamp of the log, or an ISO time; that moment too. */
  readonly since?: string | undefined;
  /** Number of lines at most, the last ones. */
  readonly tail?: number | undefined;
  /** Goes on with what is written next. */
  readonly follow?: boolean;
}

/** The argv that reads a container's log. */
export function dockerLogs(container: string, read: ReadLog): readonly string[] {
  return [
    'docker',
    'logs',
    '--timestamps',
    ...(read.follow === true ? ['--follow'] : []),
    ...(read.since === undefined ? [] : ['--since', read.since]),
    ...(read.tail === undefined ? [] : ['--tail', String(read.tail)]),
    container,
  ];
}

/**
 * The same, ended with the connection: without a terminal nothing tells the client at the other end that nobody listens
 * any more, and it would follow a silent log for ever. Both streams come as one: between two, nothing keeps the order.
 */
export function endedWithInput(argv: readonly string[]): readonly string[] {
  const script =
    'exec 3<&0; "$@" </dev/null 2>&1 & l=$!; { cat <&3 >/dev/null 2>&1; kill $l 2>/dev/null; } >/dev/null 2>&1 & wait $l';
  return ['sh', '-c', script, 'sh', ...argv];
}
