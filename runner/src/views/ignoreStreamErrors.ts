const ignored = new WeakSet<NodeJS.WritableStream>();

/**
 * A run goes on without its output: a reader that has gone (`| head`), a terminal that was closed, a log on a full disk
 * cost what would have been read there, and nothing else. Whoever wants a run to end sends it a signal.
 */
export function ignoreStreamErrors(stream: NodeJS.WritableStream): void {
  if (ignored.has(stream)) return;
  ignored.add(stream);
  stream.on('error', () => undefined);
}
